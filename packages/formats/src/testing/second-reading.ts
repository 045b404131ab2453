import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import type { BookMetadata, ReadResult } from '../types.ts'

const has = (program: string, option: string) => spawnSync(program, [option], { stdio: 'ignore' }).error === undefined
/** Programs of others that read the same files, where they are installed. */
export const secondReaders = { bsdtar: has('bsdtar', '--version'), pdfinfo: has('pdfinfo', '-v') }

/** A second, simple reading of a sound archive: its directory and two regular expressions. */
function entryText(zip: Buffer, wanted: string): string | null {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  let at = zip.readUInt32LE(end + 16)
  for (let i = zip.readUInt16LE(end + 10); i > 0; i -= 1) {
    const nameLength = zip.readUInt16LE(at + 28)
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === wanted) {
      const local = zip.readUInt32LE(at + 42)
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
      const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20))
      const bytes = zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)
      return bytes[0] === 0xff ? bytes.toString('utf16le') : bytes.toString('utf8')
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return null
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

const textOf = (raw: string): string =>
  raw
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFC')

type Element = { attributes: Record<string, string>; text: string }

/** Elements of a name, whatever their prefix and case; without those inside them. */
function elements(xml: string, name: string): Element[] {
  const found = xml.matchAll(
    new RegExp(`<(?:[\\w-]+:)?${name}((?:\\s+[\\w:-]+\\s*=\\s*(?:"[^"]*"|'[^']*'))*)\\s*(?:/>|>([^<]*)(?=<))`, 'gi'),
  )
  return [...found].map(([, attributes = '', text = '']) => ({
    attributes: Object.fromEntries(
      [...attributes.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key = '', double, single]) => [
        key,
        textOf(double ?? single ?? ''),
      ]),
    ),
    text: textOf(text),
  }))
}

/** What a package document says, read once more without any code of the reader. */
function packageFacts(opf: string) {
  const metas = elements(opf, 'meta')
  const refined = (id: string | undefined, property: string) =>
    metas.find(({ attributes }) => id !== undefined && attributes['refines'] === `#${id}` && attributes['property'] === property)?.text
  const titles = elements(opf, 'title')
  const main = titles.find(({ attributes }) => refined(attributes['id'], 'title-type') === 'main') ?? titles.find(({ text }) => text !== '')
  const collections = metas.filter(({ attributes }) => attributes['property'] === 'belongs-to-collection').map(({ text }) => text)
  const calibre = metas.find(({ attributes }) => attributes['name'] === 'calibre:series')?.attributes['content']
  const items = elements(opf, 'item').map(({ attributes }) => attributes)
  const named = metas.find(({ attributes }) => attributes['name'] === 'cover')?.attributes['content']
  const isPicture = (item: Record<string, string>) => /^image\/(?:jpeg|png|gif|webp)$/.test(item['media-type'] ?? '')
  return {
    title: main?.text ?? '',
    creators: elements(opf, 'creator')
      .map(({ text }) => text)
      .filter(Boolean),
    language:
      elements(opf, 'language')
        .map(({ text }) => text)
        .find(Boolean) ?? null,
    series: [...collections, ...(calibre ? [calibre] : [])].filter(Boolean),
    cover: items.some(
      (item) => isPicture(item) && (/\bcover-image\b/.test(item['properties'] ?? '') || (named !== undefined && item['id'] === named)),
    ),
  }
}

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

function canonical(language: string): string | null {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? null
  } catch {
    return null
  }
}

function judgePackage(opf: string, { metadata, hasCover }: { metadata: BookMetadata; hasCover: boolean | null }): string[] {
  const facts = packageFacts(opf)
  const wrong: string[] = []
  if ((metadata.title ?? '') !== facts.title) wrong.push(`called "${metadata.title}", not "${facts.title}"`)
  const people = new Set(metadata.contributors.flatMap(({ name }) => words(name)))
  for (const creator of facts.creators) if (!words(creator).every((word) => people.has(word))) wrong.push(`without "${creator}"`)
  const language = facts.language === null ? null : canonical(facts.language)
  if (language !== null && !metadata.languages.includes(language)) wrong.push(`in "${metadata.languages.join()}", not "${language}"`)
  for (const name of facts.series) if (!metadata.series.some((each) => each.name === name)) wrong.push(`without the series "${name}"`)
  if (hasCover === false && facts.cover) wrong.push('without its cover')
  return wrong
}

function judgeEpub(file: Buffer, result: ReadResult): string[] {
  const path = /<rootfile\b[^>]*full-path\s*=\s*["']([^"']+)/.exec(entryText(file, 'META-INF/container.xml') ?? '')?.[1]
  const opf = entryText(file, path ?? '')?.replace(/<!--[\s\S]*?-->/g, '')
  if (opf === undefined) return ['no package document was found by the second reading']
  return result.ok ? judgePackage(opf, result) : [`a problem: ${result.problem.detail}`]
}

function pdfInfo(path: string): Record<string, string> | null {
  const { status, stdout } = spawnSync('pdfinfo', ['-enc', 'UTF-8', path], { encoding: 'utf8' })
  if (status !== 0) return null
  return Object.fromEntries(stdout.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
}

/** What pdfinfo says otherwise; `metadata` is null where the file could not be read. */
export function judgePdf(path: string, metadata: BookMetadata | null): string[] {
  const expected = pdfInfo(path)
  if (!metadata || !expected) return metadata === null && expected === null ? [] : ['only one of both can read it']
  const wrong: string[] = []
  if (metadata.pages !== Number(expected['Pages'])) wrong.push(`${metadata.pages} pages, not ${expected['Pages']}`)
  // Where there is XMP, it may say something else.
  const isPlain = expected['Metadata Stream'] === 'no'
  if (metadata.title !== null && expected['Title'] && isPlain && metadata.title !== expected['Title'])
    wrong.push(`called ${metadata.title}, not ${expected['Title']}`)
  const [author] = metadata.contributors
  if (author && expected['Author'] && isPlain && !expected['Author'].includes(author.name))
    wrong.push(`by ${author.name}, not ${expected['Author']}`)
  return wrong
}

const pageName = /^(?!.*(?:^|\/)(?:\.(?!\.?\/)|__MACOSX\/)).*\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)$/i

/** Pages of an archive of pictures, as bsdtar lists it; an archive of other things is no book. */
function judgeArchive(path: string, result: ReadResult): string[] {
  const listing = spawnSync('bsdtar', ['-tf', path], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] } })
  if (listing.status !== 0) return []
  const expected = listing.stdout.split('\n').filter((name) => pageName.test(name)).length
  if (!result.ok)
    return /^This is an? .*, not a book/.test(result.problem.detail) || expected === 0 ? [] : [`a problem: ${result.problem.detail}`]
  return result.metadata.pages === expected ? [] : [`${result.metadata.pages} pages, not ${expected}`]
}

/**
 * What is wrong with the reading of a valid file, judged by a second reader: the package document of an EPUB, the pages of a
 * PDF or an archive, the kind of a sidecar. Nothing where the second reader is not installed.
 */
export function judge(root: string, { path, format }: { path: string; format: string }, result: ReadResult): string[] {
  const full = join(root, path)
  const problem = result.ok ? [] : [`a problem: ${result.problem.detail}`]
  if (format === 'epub') return judgeEpub(readFileSync(full), result)
  if (format === 'opf')
    return result.ok ? judgePackage(readFileSync(full, 'utf8').replace(/<!--[\s\S]*?-->/g, ''), { ...result, hasCover: null }) : problem
  if (format === 'pdf') return secondReaders.pdfinfo ? judgePdf(full, result.ok ? result.metadata : null) : problem
  if (/^(?:zip|rar|7z|tar|cb.|sfx)$/.test(format)) return secondReaders.bsdtar ? judgeArchive(full, result) : []
  if (/^(?:jpg|png|webp)$/.test(format)) return result.ok && result.format === 'image' ? [] : ['not taken for a picture', ...problem]
  if (format === 'audio') return problem
  return result.ok ? [`taken for ${result.format}`] : []
}
