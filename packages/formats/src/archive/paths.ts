import type { Archive, ZipEntry } from './zip.ts'

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function normalized(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/**
 * The entry that `href`, found in the document `base`, points to. Names are only
 * looked up among the archive's own entries: `..` stops at its top, another
 * scheme or host finds nothing (EPUB 3.3, 4.2.5).
 */
export function resolveEntry(archive: Archive, base: string, href: string): ZipEntry | undefined {
  const path = href.trim().replace(/[?#].*$/s, '')
  if (path === '' || /^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('//')) return undefined
  const folder = path.startsWith('/') ? '' : base.slice(0, base.lastIndexOf('/') + 1)
  return archive.find(normalized(folder + decoded(path))) ?? archive.find(normalized(folder + path))
}
