import type { FileRole } from './units.ts'

/** What a walk met, with its path below the root, `/`-separated. */
export type Found =
  /** `unit`: its digest, see `unitHash`. */
  | { kind: 'file'; path: string; size: number; modifiedMs: number; unit: string; role: FileRole }
  /** Something that should be a book or a folder and cannot be looked at. */
  | { kind: 'problem'; path: string; code: 'unreadable' | 'outside-root' | 'bad-name'; detail: string }

/** The folder itself cannot be listed. `code` is that of the system. */
export class FolderUnreadable extends Error {
  readonly code: string | undefined
  constructor(code: string | undefined) {
    super('The folder cannot be listed.')
    this.code = code
  }
}

/**
 * Some of what a walk met, in order, as one text: it crosses from thread to thread, and is compared with what the database
 * tells of the same files, at a fraction of the cost of objects.
 */
export type WalkPart = {
  /** A record for each thing, see `fileRecord`. */
  text: string
  records: number
  /** How many of them are files of books. */
  books: number
  /** The last folder that was entered, `''` for the root; null when none was. */
  folder: string | null
}

/** `next` asks for one more part, `stop` for no more. */
export type ToThread = { type: 'walk'; root: string; below: string } | { type: 'next' } | { type: 'stop' }
export type FromThread =
  | { type: 'part'; part: WalkPart }
  | { type: 'end' }
  | { type: 'failed'; unreadable: boolean; code: string | undefined; message: string }

/** No path has it, nor does it begin or end with a half of it; so it parts values without quoting them. */
export const parting = '//'
/** Values of one record, each of which ends with `parting`. */
export const recordValues = 5

/** Also what the database makes of a file that is there and need not be read again. */
export const fileRecord = (path: string, size: number, modifiedMs: number, unit: string, role: FileRole): string =>
  `${path}//${size}//${modifiedMs}//${unit}//${role}//`

export const problemRecord = ({ path, code, detail }: Extract<Found, { kind: 'problem' }>): string =>
  `${path}//${code}//${detail}////problem//`

/** The things of a part. */
export function* thingsOf({ text, records }: WalkPart): Generator<Found> {
  const values = text.split(parting)
  const value = (at: number) => values[at] ?? ''
  for (let at = 0; at < records * recordValues; at += recordValues) {
    const path = value(at)
    const role = value(at + 4)
    if (role === 'problem')
      yield { kind: 'problem', path, code: value(at + 1) as Extract<Found, { kind: 'problem' }>['code'], detail: value(at + 2) }
    else
      yield {
        kind: 'file',
        path,
        size: Number(value(at + 1)),
        modifiedMs: Number(value(at + 2)),
        unit: value(at + 3),
        role: role as FileRole,
      }
  }
}
