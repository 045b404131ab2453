import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

const asciiLocal = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const hostName = /^(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/
const foreign = /\P{ASCII}/gu

/**
 * One addr-spec (RFC 5321 dot-string, RFC 6531 letters) with its domain in ASCII, or null. No quoted local parts, comments,
 * routes or address literals; at most 64 octets before the `@` and 254 in all.
 */
export function parseAddress(text: string): { address: string; domain: string } | null {
  const at = text.lastIndexOf('@')
  if (at < 1 || text.length > 254) return null
  const local = text.slice(0, at)
  const given = text.slice(at + 1)
  // What is not ASCII counts as a letter unless it is invisible, unassigned or a space.
  if (/[\p{C}\p{Z}]/u.test(text) || !asciiLocal.test(local.replace(foreign, 'a'))) return null
  if (/[^a-z0-9.-]/i.test(given.replace(foreign, ''))) return null
  const domain = domainToASCII(given)
  const address = `${local}@${domain}`
  if (!hostName.test(domain) || isIP(domain) !== 0) return null
  if (Buffer.byteLength(local) > 64 || Buffer.byteLength(address) > 254) return null
  return { address, domain }
}

/** One plain mail address with its domain in ASCII, or null. */
export const plainAddress = (text: string): string | null => parseAddress(text)?.address ?? null

/** True for one plain mail address, Unicode allowed, of at most 254 octets. */
export function isMailAddress(text: string): boolean {
  return parseAddress(text) !== null
}

/** Reads `name@example.org` or `Name <name@example.org>`. */
export function parseMailbox(text: string): { name: string; address: string; domain: string } | null {
  const named = /^\s*"?([^<>"]*?)"?\s*<([^<>]*)>\s*$/.exec(text)
  const parsed = parseAddress((named?.[2] ?? text).trim())
  return parsed && { name: named?.[1] ?? '', ...parsed }
}
