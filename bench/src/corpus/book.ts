import { crc32, deflateRawSync } from 'node:zlib'
import { buildZip, containerXml, packageXml, type ZipEntryInput } from '@carrel/formats/testing'
import { integer, pick, randomFrom } from './random.ts'
import * as words from './words.ts'

const chapterPool = 48
const chaptersAtLeast = 14
/** Letters of one chapter: with the cover they make a book of about 250 kB. */
const chapterLetters = 26_000

type Blob = Pick<ZipEntryInput, 'data' | 'packed' | 'crc'>

function blobOf(text: string): Blob {
  const data = Buffer.from(text)
  return { data, packed: deflateRawSync(data), crc: crc32(data) }
}

const page = (body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Chapter</title></head><body>${body}</body></html>`

function chapterBlob(random: () => number, sentences: readonly string[]): Blob {
  let text = ''
  while (text.length < chapterLetters) {
    // A number in each sentence keeps the text from compressing to nothing, as prose does not.
    const sentence = pick(random, sentences)
    const salt = Array.from({ length: 14 }, () => pick(random, words.nouns).toLowerCase() + integer(random, 1e6).toString(36)).join(' ')
    text += `<p>${sentence} ${salt}</p>`
  }
  return blobOf(page(text))
}

/** Chapters that all books draw from, compressed once. */
export function makeChapters(seed: number): { latin: Blob[]; japanese: Blob[] } {
  const random = randomFrom(seed)
  const blobs = (sentences: readonly string[]) => Array.from({ length: chapterPool }, () => chapterBlob(random, sentences))
  return { latin: blobs(words.sentences), japanese: blobs(words.sentencesJapanese) }
}

function latinFacts(random: () => number, index: number) {
  const noun = pick(random, words.nouns)
  const title = pick(random, [
    `The ${pick(random, words.adjectives)} ${noun}`,
    `${noun} of ${pick(random, words.places)}`,
    `A ${noun} for ${pick(random, words.given)} ${pick(random, words.family)}`,
    `${pick(random, words.adjectives)} ${noun}s`,
  ])
  return {
    title: `${title} ${index}`,
    creators: [`${pick(random, words.given)} ${pick(random, words.family)}`],
    language: 'en',
    subjects: [pick(random, words.subjects), pick(random, words.subjects), `Shelf ${integer(random, 60)}`],
    series: `The ${pick(random, words.nouns)} Chronicles ${integer(random, 40)}`,
    sentences: words.sentences,
  }
}

function japaneseFacts(random: () => number, index: number) {
  return {
    title: `${pick(random, words.titlesBeforeNo)}の${pick(random, words.titlesAfterNo)} 第${index}巻`,
    creators: [`${pick(random, words.familyJapanese)}${pick(random, words.givenJapanese)}`],
    language: 'ja',
    subjects: [pick(random, words.subjectsJapanese), pick(random, words.subjectsJapanese)],
    series: `${pick(random, words.titlesAfterNo)}全集 ${integer(random, 40)}`,
    sentences: words.sentencesJapanese,
  }
}

/** The number of a book tells all of it but its cover: every fifth one is Japanese, half belong to a series. */
export function makeBook(index: number, seed: number, chapters: ReturnType<typeof makeChapters>, cover: Uint8Array) {
  const random = randomFrom(seed * 1_000_003 + index)
  const japanese = index % 5 === 4
  const { title, creators, language, subjects, series, sentences } = japanese ? japaneseFacts(random, index) : latinFacts(random, index)
  if (random() < 0.2) creators.push(`${pick(random, words.given)} ${pick(random, words.family)}`)
  const pool = japanese ? chapters.japanese : chapters.latin
  const body = Array.from({ length: chaptersAtLeast + integer(random, 4) }, () => pick(random, pool))
  const hex = () => integer(random, 0x10000).toString(16).padStart(4, '0')
  const opf = packageXml({
    title,
    creators,
    language,
    subjects: [...new Set(subjects)],
    identifier: `urn:uuid:${hex()}${hex()}-${hex()}-4${hex().slice(1)}-8${hex().slice(1)}-${hex()}${hex()}${hex()}`,
    publisher: pick(random, words.publishers),
    date: `${1880 + integer(random, 140)}-0${1 + integer(random, 9)}-1${integer(random, 10)}`,
    description: Array.from({ length: 5 }, () => pick(random, sentences)).join(' '),
    ...(random() < 0.5 && { series: { name: series, position: String(1 + integer(random, 12)) } }),
    cover,
    chapters: body.map(() => ''),
  })
  const links = body.map((_, at) => `<li><a href="c${at}.xhtml">${at + 1}</a></li>`).join('')
  const bytes = buildZip([
    { name: 'mimetype', data: 'application/epub+zip', stored: true },
    { name: 'META-INF/container.xml', data: containerXml() },
    { name: 'OEBPS/content.opf', data: opf },
    { name: 'OEBPS/nav.xhtml', data: page(`<nav><ol>${links}</ol></nav>`) },
    ...body.map((blob, at) => ({ name: `OEBPS/c${at}.xhtml`, ...blob })),
    { name: 'OEBPS/cover.jpg', data: cover, stored: true },
  ])
  const name = 'OEBPS/cover.jpg'
  const coverStart = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(name) + name.length
  const folder = creators[0] ?? 'Unknown'
  return { path: `${folder}/${title}.epub`, bytes, coverStart }
}
