import * as z from 'zod'

const parts = z.array(z.string().max(1024)).min(1).max(4)

/** A place in a list, as the values that the list is sorted by. */
export const encodeCursor = (values: readonly string[]): string => Buffer.from(JSON.stringify(values)).toString('base64url')

/** The values of a cursor, or null when it is none of ours. */
export function decodeCursor(cursor: string, length: number): string[] | null {
  try {
    const values = parts.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return values.length === length && values.every((value) => !value.includes('\0')) ? values : null
  } catch {
    return null
  }
}

/** A moment as this server writes it into a cursor; Postgres reads fewer forms and years than JavaScript. */
export const isMoment = (text: string | undefined): boolean =>
  /^(?!0000)\d{4}-/.test(text ?? '') && !Number.isNaN(Date.parse(text ?? '')) && new Date(text ?? '').toISOString() === text
