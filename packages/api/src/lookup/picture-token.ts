import { createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { Id } from '../shapes.ts'
import type { FoundPicture } from './metadata-lookup.ts'
import { LookupSource } from './schema.ts'

const lifetimeMs = 60 * 60_000
const Content = z.tuple([Id, LookupSource, z.string(), z.number()])

const mark = (secret: string, organizationId: string, body: string) =>
  createHmac('sha256', secret).update(`lookup picture ${organizationId} ${body}`).digest()

/** Names a picture that was found for a book of a workspace, for an hour. Nobody can name another. */
export function sealPicture(secret: string, organizationId: string, bookId: string, { source, id }: FoundPicture): string {
  const body = Buffer.from(JSON.stringify([bookId, source, id, Date.now() + lifetimeMs])).toString('base64url')
  return `${body}.${mark(secret, organizationId, body).toString('base64url')}`
}

/** What the token names; null when it is none of this workspace, or too old. */
export function openPicture(secret: string, organizationId: string, token: string): { bookId: string; picture: FoundPicture } | null {
  const [body = '', given = ''] = token.split('.')
  const expected = mark(secret, organizationId, body)
  const bytes = Buffer.from(given, 'base64url')
  if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) return null
  const [bookId, source, id, until] = Content.parse(JSON.parse(Buffer.from(body, 'base64url').toString()))
  return until < Date.now() ? null : { bookId, picture: { source, id } }
}
