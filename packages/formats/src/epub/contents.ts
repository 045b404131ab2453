import { resolveEntry } from '../archive/paths.ts'
import type { Archive, ZipEntry } from '../archive/zip.ts'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import type { Contents, Part, TocEntry } from '../types.ts'
import { decodeXml } from '../xml/decode.ts'
import type { Encryption } from './encryption.ts'
import { parseNav } from './nav.ts'
import { parseNcx } from './ncx.ts'
import type { ManifestItem, PackageDocument } from './package.ts'
import type { RawTocEntry } from './toc-builder.ts'

const ncxType = 'application/x-dtbncx+xml'
const mediaTypes: Record<string, string> = {
  xhtml: 'application/xhtml+xml',
  html: 'application/xhtml+xml',
  htm: 'application/xhtml+xml',
  css: 'text/css',
  svg: 'image/svg+xml',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  otf: 'font/otf',
  ttf: 'font/ttf',
  woff: 'font/woff',
  woff2: 'font/woff2',
  ncx: ncxType,
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
}

function typeByName(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return (Object.hasOwn(mediaTypes, extension) ? mediaTypes[extension] : undefined) ?? 'application/octet-stream'
}

/** Parts by the name of their entry: the spine in its order, then the rest of the manifest (EPUB 3.3, 5.6, 5.7). */
function partsOf(archive: Archive, base: string, document: PackageDocument): Map<string, Part> {
  const parts = new Map<string, Part>()
  const add = (item: ManifestItem | undefined) => {
    const entry = item && resolveEntry(archive, base, item.href)
    if (!entry || parts.has(entry.name)) return
    const mediaType = /^[\w.+-]+\/[\w.+-]+$/.test(item.mediaType) ? item.mediaType : typeByName(entry.name)
    parts.set(entry.name, { name: entry.name, mediaType, size: entry.size })
  }
  for (const { idref } of document.spine) add(document.manifest.get(idref))
  for (const item of document.manifest.values()) add(item)
  return parts
}

/** Names of entries for the links of one document, a fragment kept; null for what is not in the archive. */
function linksFrom(archive: Archive, { name: base }: ZipEntry): (href: string) => string | null {
  const names = new Map<string, string | null>()
  return (href) => {
    const at = href.indexOf('#')
    const path = (at < 0 ? href : href.slice(0, at)).trim()
    const fragment = at < 0 ? '' : href.slice(at).trim()
    let name = names.get(path)
    if (name === undefined) {
      name = path === '' ? base : (resolveEntry(archive, base, path)?.name ?? null)
      names.set(path, name)
    }
    return name === null ? null : name + (fragment === '#' ? '' : fragment)
  }
}

function readToc(archive: Archive, entry: ZipEntry, parse: (xml: string) => RawTocEntry[]): TocEntry[] {
  const linked = linksFrom(archive, entry)
  const toEntry = ({ label, href, children }: RawTocEntry): TocEntry => {
    const target = href === null ? null : linked(href)
    return { label, target: target === null ? null : { href: target }, children: children.map(toEntry) }
  }
  try {
    return parse(decodeXml(archive.read(entry, limits.xmlBytes).bytes)).map(toEntry)
  } catch (error) {
    if (error instanceof BookFileError) return []
    throw error
  }
}

/** The table of contents by the navigation document of EPUB 3, else by the NCX (EPUB 3.3, 7; OPF 2.0.1, 2.4.1), and the parts. */
export function readEpubContents(archive: Archive, base: string, document: PackageDocument, { entries: locked }: Encryption): Contents {
  const items = [...document.manifest.values()]
  const nav = items.find((item) => item.properties.includes('nav'))
  const ncx = document.manifest.get(document.ncx ?? '') ?? items.find(({ mediaType }) => mediaType === ncxType)
  const sources = [
    [nav, parseNav],
    [ncx, parseNcx],
  ] as const
  let toc: TocEntry[] = []
  for (const [item, parse] of sources) {
    const entry = item && resolveEntry(archive, base, item.href)
    if (toc.length === 0 && entry && !locked.has(entry.name)) toc = readToc(archive, entry, parse)
  }
  return { toc, parts: [...partsOf(archive, base, document).values()] }
}

/** The media type of an entry by the manifest, else by its name. */
export function typeOfEntry(archive: Archive, base: string, document: PackageDocument, { name }: ZipEntry): string {
  return partsOf(archive, base, document).get(name)?.mediaType ?? typeByName(name)
}
