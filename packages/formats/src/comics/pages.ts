import type { PackedFile } from '../archive/seven-zip.ts'
import { inNaturalOrder } from './natural-order.ts'

const mediaTypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  jpe: 'image/jpeg',
  jfif: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  jxl: 'image/jxl',
  jp2: 'image/jp2',
  heic: 'image/heic',
}

/** Folders of systems and programs, and all that is hidden. */
const hiddenSegment = /^(?:\.(?!\.?$).*|__MACOSX|@eaDir|thumbs|thumbnails)$/is
/** What lies beside pages in comics and does not make an archive something else. */
const sideFile = /\.(?:txt|nfo|xml|json|html?|url|lnk|db|ini|sfv|md5|diz|css|opf|acbf)$/i
const archive = /\.(?:zip|rar|7z|tar|gz|cb[zr7t]|epub)$/i

function typeByName(name: string): string | undefined {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return Object.hasOwn(mediaTypes, extension) ? mediaTypes[extension] : undefined
}

function isHidden(name: string): boolean {
  return name.split(/[\\/]/).some((segment) => hiddenSegment.test(segment))
}

/** The media type that the name of a page promises. */
export function promisedType(name: string): string {
  return typeByName(name) ?? 'application/octet-stream'
}

export type Pages = { pages: PackedFile[] } | { reason: string }

/** The pages of a comic in reading order, or one sentence on why the archive is none. */
export function findPages(files: readonly PackedFile[]): Pages {
  const shown = files.filter(({ name }) => !isHidden(name))
  const pages = shown.filter(({ name }) => typeByName(name) !== undefined)
  const others = shown.filter(({ name }) => typeByName(name) === undefined && !sideFile.test(name))
  if (pages.length > 0 && pages.length >= others.length) return { pages: inNaturalOrder(pages, ({ name }) => name) }
  if (shown.length === 0) return { reason: 'The archive is empty.' }
  if (others.some(({ name }) => archive.test(name))) return { reason: 'The archive holds other archives, which are not looked into.' }
  return {
    reason: pages.length > 0 ? 'The archive holds more other files than pictures.' : 'The archive holds neither a book nor pictures.',
  }
}
