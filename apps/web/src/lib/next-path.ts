const base = 'http://carrel.invalid'
/** Addresses that are not pages, or that would lead in a circle. */
const refused = /^\/(?:sign-in|sign-up|rpc|api|files|opds|kosync)(?:[/?#]|$)/

/** The page to go to after signing in: a path of this origin, or undefined when it is anything else. */
export function safeNext(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2048 || !/^\/(?![/\\])/.test(value)) return undefined
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\\]/.test(value)) return undefined
  let url: URL
  try {
    url = new URL(value, base)
  } catch {
    return undefined
  }
  const path = `${url.pathname}${url.search}${url.hash}`
  return url.origin !== base || path.startsWith('//') || refused.test(path) || path === '/' ? undefined : path
}
