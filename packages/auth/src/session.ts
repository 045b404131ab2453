import { createHmac, timingSafeEqual } from 'node:crypto'

/** `session`: who one is. `operator`: the own session of an operator who acts in somebody's place. */
export type CookieKind = 'session' | 'operator'

/** Name of the session cookie; `__Secure-` when the server is reached by https. */
export const sessionCookie = (secure: boolean, kind: CookieKind = 'session'): string => `${secure ? '__Secure-' : ''}carrel.${kind}_token`

const sign = (token: string, secret: string) => createHmac('sha256', secret).update(token).digest()

/**
 * A Set-Cookie header that carries a session token, signed as Better Auth does. `seconds` is how long the browser keeps it: 0
 * forgets it, null keeps it until the browser is closed.
 */
export function sessionCookieHeader(
  kind: CookieKind,
  token: string,
  { secret, secure, seconds }: { secret: string; secure: boolean; seconds: number | null },
): string {
  const value = token === '' ? '' : encodeURIComponent(`${token}.${sign(token, secret).toString('base64')}`)
  const age = seconds === null ? '' : `; Max-Age=${seconds}`
  return `${sessionCookie(secure, kind)}=${value}${age}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

/**
 * The session token in a Cookie header, or null when it is absent or its signature is not ours. The
 * form is Better Auth's: `token.base64(HMAC-SHA-256)`, percent-encoded. Tells nothing of whether the
 * session lives: the database does, each time.
 */
export function readSessionToken(
  cookieHeader: string | undefined,
  secret: string,
  secure: boolean,
  kind: CookieKind = 'session',
): string | null {
  if (!cookieHeader) return null
  const name = `${sessionCookie(secure, kind)}=`
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
  const expected = sign(token, secret)
  return signature.length === expected.length && timingSafeEqual(signature, expected) ? token : null
}
