import { createHmac, timingSafeEqual } from 'node:crypto'

/** Name of the session cookie; `__Secure-` when the server is reached by https. */
export const sessionCookie = (secure: boolean): string => `${secure ? '__Secure-' : ''}carrel.session_token`

/**
 * The session token in a Cookie header, or null when it is absent or its signature is not ours. The
 * form is Better Auth's: `token.base64(HMAC-SHA-256)`, percent-encoded. Tells nothing of whether the
 * session lives: the database does, each time.
 */
export function readSessionToken(cookieHeader: string | undefined, secret: string, secure: boolean): string | null {
  if (!cookieHeader) return null
  const name = `${sessionCookie(secure)}=`
  const pair = cookieHeader.split(';').find((part) => part.trimStart().startsWith(name))
  if (!pair) return null
  let value: string
  try {
    value = decodeURIComponent(pair.trim().slice(name.length))
  } catch {
    return null
  }
  const dot = value.lastIndexOf('.')
  if (dot < 1 || value.length > 512) return null
  const token = value.slice(0, dot)
  const signature = Buffer.from(value.slice(dot + 1), 'base64')
  const expected = createHmac('sha256', secret).update(token).digest()
  return signature.length === expected.length && timingSafeEqual(signature, expected) ? token : null
}
