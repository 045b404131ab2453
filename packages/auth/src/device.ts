import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Tells a browser in which somebody has signed in with an address before; it opens nothing. */
export const deviceCookie = 'carrel.device'
export const deviceDays = 365

const mark = (secret: string, email: string, id: string) => createHmac('sha256', secret).update(`device ${id} ${email}`).digest('base64url')

export function newDevice(secret: string, email: string): string {
  const id = randomBytes(16).toString('base64url')
  return `${id}.${mark(secret, email, id)}`
}

/** The browser's id when its cookie was given for this address, in folded form; else null. */
export function readDevice(secret: string, email: string, cookie: string | null | undefined): string | null {
  const [, id, given] = /^([\w-]{22})\.([\w-]{43})$/.exec(cookie ?? '') ?? []
  if (!id || !given) return null
  return timingSafeEqual(Buffer.from(given), Buffer.from(mark(secret, email, id))) ? id : null
}
