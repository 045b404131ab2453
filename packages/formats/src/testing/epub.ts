import { randomBytes } from 'node:crypto'
import { constants, deflateRawSync } from 'node:zlib'
import { buildZip, type ZipEntryInput } from './zip.ts'

export type EpubInput = {
  title?: string | null
  /** Names of authors. */
  creators?: readonly string[]
  language?: string | null
  identifier?: string | null
  publisher?: string
  date?: string
  description?: string
  subjects?: readonly string[]
  series?: { name: string; position?: string }
  /** Bytes of a raster image; its type is told by its first bytes. */
  cover?: Uint8Array
  direction?: 'ltr' | 'rtl'
  layout?: 'pre-paginated' | 'reflowable'
  /** Raw XML that is added inside `metadata`. */
  metadata?: string
  /** Replaces the whole package document. */
  opf?: string | Uint8Array
  /** XHTML bodies of the chapters. */
  chapters?: readonly string[]
  /** Written behind all others; a name that exists already makes a duplicate. */
  extra?: readonly ZipEntryInput[]
  /** Bytes of incompressible filling, to reach a file size. */
  padding?: number
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function imageType(bytes: Uint8Array): { extension: string; mediaType: string } {
  if (bytes[0] === 0xff) return { extension: 'jpg', mediaType: 'image/jpeg' }
  if (bytes[0] === 0x89) return { extension: 'png', mediaType: 'image/png' }
  if (bytes[0] === 0x47) return { extension: 'gif', mediaType: 'image/gif' }
  return { extension: 'webp', mediaType: 'image/webp' }
}

/** The META-INF/container.xml of a book whose package document stands at `path`. */
export function containerXml(path = 'OEBPS/content.opf'): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="${escaped(path)}" media-type="application/oebps-package+xml"/></rootfiles>
</container>`
}

/** The EPUB 3 package document that `buildEpub` writes. */
export function packageXml(input: EpubInput = {}): string {
  const { title = 'A Book', creators = [], language = 'en', identifier = 'urn:uuid:8f1d4a52-6c3b-4f0e-9d27-3b1f6a1c5e90' } = input
  const element = (name: string, text: string | null | undefined) =>
    text === null || text === undefined ? '' : `<dc:${name}>${escaped(text)}</dc:${name}>\n`
  const cover = input.cover && imageType(input.cover)
  const chapters = input.chapters ?? ['<p>Once.</p>']
  const series = input.series
    ? `<meta property="belongs-to-collection" id="series">${escaped(input.series.name)}</meta>
<meta refines="#series" property="collection-type">series</meta>
${input.series.position === undefined ? '' : `<meta refines="#series" property="group-position">${escaped(input.series.position)}</meta>`}`
    : ''
  return `<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
${identifier === null ? '' : `<dc:identifier id="id">${escaped(identifier)}</dc:identifier>`}
${element('title', title)}${creators.map((name) => element('creator', name)).join('')}${element('language', language)}${element('publisher', input.publisher)}${element('date', input.date)}${element('description', input.description)}${(input.subjects ?? []).map((name) => element('subject', name)).join('')}${series}
${input.layout ? `<meta property="rendition:layout">${input.layout}</meta>` : ''}
<meta property="dcterms:modified">2024-01-01T00:00:00Z</meta>
${input.metadata ?? ''}
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
${cover ? `<item id="cover" href="cover.${cover.extension}" media-type="${cover.mediaType}" properties="cover-image"/>` : ''}
${chapters.map((_, i) => `<item id="c${i}" href="c${i}.xhtml" media-type="application/xhtml+xml"/>`).join('\n')}
</manifest>
<spine${input.direction ? ` page-progression-direction="${input.direction}"` : ''}>${chapters.map((_, i) => `<itemref idref="c${i}"/>`).join('')}</spine>
</package>`
}

function xhtml(title: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>${escaped(title)}</title></head><body>${body}</body></html>`
}

/** Writes an EPUB 3 book: the mimetype stored first, everything else deflated (EPUB 3.3, 4.2.2). */
export function buildEpub(input: EpubInput = {}): Uint8Array<ArrayBuffer> {
  const title = input.title ?? 'Untitled'
  const chapters = input.chapters ?? ['<p>Once.</p>']
  const links = chapters.map((_, i) => `<li><a href="c${i}.xhtml">${i + 1}</a></li>`).join('')
  const entries: ZipEntryInput[] = [
    { name: 'mimetype', data: 'application/epub+zip', stored: true },
    { name: 'META-INF/container.xml', data: containerXml() },
    { name: 'OEBPS/content.opf', data: input.opf ?? packageXml(input) },
    { name: 'OEBPS/nav.xhtml', data: xhtml(title, `<nav epub:type="toc"><ol>${links}</ol></nav>`) },
    ...chapters.map((body, i) => ({ name: `OEBPS/c${i}.xhtml`, data: xhtml(title, body) })),
  ]
  if (input.cover) {
    entries.push({ name: `OEBPS/cover.${imageType(input.cover).extension}`, data: input.cover, stored: true })
  }
  if (input.padding) entries.push({ name: 'OEBPS/padding.bin', data: randomBytes(input.padding), stored: true })
  return buildZip([...entries, ...(input.extra ?? [])])
}

/** The first `share` (0 to 1) of a good book. */
export function truncatedEpub(share = 0.9): Uint8Array<ArrayBuffer> {
  const whole = buildEpub({ padding: 10_000 })
  return whole.slice(0, Math.floor(whole.length * share))
}

/** Deflated zeros, a mebibyte at a time, without ever holding them. */
export function packedZeros(mebibytes: number): Buffer {
  const block = deflateRawSync(new Uint8Array(2 ** 20), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([...Array.from({ length: mebibytes }, () => block), deflateRawSync('')])
}

/** About 1 MB whose package document inflates to 1 GiB. */
export function zipBombEpub(): Uint8Array<ArrayBuffer> {
  return buildZip([
    { name: 'mimetype', data: 'application/epub+zip', stored: true },
    { name: 'META-INF/container.xml', data: containerXml() },
    { name: 'OEBPS/content.opf', data: '', packed: packedZeros(1_024), size: 2 ** 30 },
  ])
}

/** A good book whose archive also holds entries that point out of it. */
export function zipSlipEpub(): Uint8Array<ArrayBuffer> {
  const names = ['../../outside.txt', '/etc/outside.txt', '..\\..\\outside.txt', 'C:\\outside.txt', 'OEBPS/../../outside.txt']
  return buildEpub({ title: 'zip slip', extra: names.map((name) => ({ name, data: 'outside' })) })
}

/** A package document that would expand to gigabytes of entities ("billion laughs"). */
export function entityBombEpub(): Uint8Array<ArrayBuffer> {
  const laughs = Array.from({ length: 10 }, (_, i) => (i === 0 ? '<!ENTITY l0 "lol">' : `<!ENTITY l${i} "${`&l${i - 1};`.repeat(10)}">`))
  const opf = packageXml({ title: '@' }).replace('@', '&l9;')
  return buildEpub({ opf: opf.replace('?>', `?>\n<!DOCTYPE package [${laughs.join('\n')}]>`) })
}

/** A package document nested 100,000 elements deep. */
export function deepXmlEpub(depth = 100_000): Uint8Array<ArrayBuffer> {
  return buildEpub({ metadata: '<x>'.repeat(depth) + '</x>'.repeat(depth) })
}
