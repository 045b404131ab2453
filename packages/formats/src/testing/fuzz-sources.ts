import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { buildFlac, buildM4b, buildMp3, buildOgg } from '../audio/testing.ts'
import { buildPdf } from '../pdf/testing.ts'
import { buildEpub } from '../testing.ts'
import { buildRar, buildTar } from './archives.ts'
import { corpusRows } from './corpus.ts'
import { fb2Xml } from './fb2.ts'
import type { FuzzSource } from './fuzz.ts'
import { buildMobi } from './mobi.ts'
import { buildZip } from './zip.ts'

const largest = 3 * 2 ** 20

/** Small good books of every format that is written here, the same ones each time. */
export async function generatedSources(): Promise<FuzzSource[]> {
  const cover = await sharp({ create: { width: 200, height: 300, channels: 3, background: '#c01428' } })
    .jpeg()
    .toBuffer()
  const exth = [[503, 'A title'], [100, 'Le Guin, Ursula K.'], [103, '<p>One</p>'], [122, 'true'], [201, 0], [525, 'vertical-rl']] as const // prettier-ignore
  const sections = '<section id="a"><title><p>One</p></title><section><title><p>Two</p></title><p>Text.</p></section></section>'.repeat(20)
  const titleInfo = '<author><first-name>A</first-name><last-name>B</last-name></author><sequence name="S" number="1"/><lang>en</lang>'
  const fb2 = fb2Xml({ titleInfo, body: sections, cover })
  const metadata = '<meta property="rendition:layout">pre-paginated</meta><meta name="cover" content="cover"/>'
  const chapters = Array.from({ length: 10 }, (_, i) => `<h1>Chapter ${i}</h1><p>Once.</p>`)
  const files: [string, Uint8Array | string][] = [
    ['full.epub', buildEpub({ creators: ['A B', 'C D'], series: { name: 'S', position: '2' }, subjects: ['x'], cover, chapters })],
    ['fixed.epub', buildEpub({ direction: 'rtl', language: 'ja', metadata, cover })],
    ['one.mobi', buildMobi({ images: [cover], exth })],
    ['both.mobi', buildMobi({ images: [cover], exth, kf8: { exth } })],
    ['two.azw3', buildMobi({ version: 8, images: [cover], exth })],
    ['one.fb2', fb2],
    ['wide.fb2', Buffer.from(`\ufeff${fb2Xml({ titleInfo, body: sections, cover, encoding: 'utf-16' })}`, 'utf16le')],
    ['one.fb2.zip', buildZip([{ name: 'one.fb2', data: fb2 }])],
    ['metadata.opf', `<package><metadata><title>T</title><creator file-as="B, A">A B</creator>${metadata}</metadata></package>`],
    ['pages.cbr', buildRar(Array.from({ length: 4 }, (_, i) => ({ name: `p${i}.jpg`, data: cover })))],
    ['pages.cbt', buildTar(Array.from({ length: 4 }, (_, i) => ({ name: `p${i}.jpg`, data: cover })))],
    ['pages.pdf', buildPdf({ pages: 7, info: { Title: 'A title', Author: 'A B' } })],
    ['one.mp3', buildMp3()],
    ['one.m4b', buildM4b()],
    ['one.flac', buildFlac({ comments: [['ALBUM', 'A title']] })],
    ['one.ogg', buildOgg({ codec: 'vorbis', comments: [['ALBUM', 'A title']] })],
    ['pages.cbz', buildZip(Array.from({ length: 8 }, (_, i) => ({ name: `p${i}.jpg`, data: cover, stored: i % 2 === 0 })))],
  ]
  return files.map(([name, bytes]) => ({ name, format: name.replace(/^[^.]*\./, ''), load: () => Buffer.from(bytes as string) }))
}

/** Files of a corpus with an `index.tsv` that are small enough to be changed thousands of times. */
export function corpusSources(root: string): FuzzSource[] {
  return corpusRows(root)
    .filter(({ size }) => size > 0 && size <= largest)
    .map(({ path, format }) => ({ name: basename(path), format, load: () => readFileSync(join(root, path)) }))
    .filter(({ format }) => !['json', 'gz', 'bin', 'ncx', 'svg', 'xhtml'].includes(format))
}
