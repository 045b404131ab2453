import { thumbHashToDataURL } from 'thumbhash'

const limit = 1500
const urls = new Map<string, string | null>()

/** A blurred picture of a few bytes as a data URL; null when the hash is not one. */
export function thumbhashUrl(hash: string | null): string | null {
  if (hash === null) return null
  let url = urls.get(hash)
  if (url === undefined) {
    try {
      url = thumbHashToDataURL(Uint8Array.from(atob(hash), (character) => character.charCodeAt(0)))
    } catch {
      url = null
    }
    if (urls.size >= limit) urls.delete(urls.keys().next().value ?? '')
    urls.set(hash, url)
  }
  return url
}
