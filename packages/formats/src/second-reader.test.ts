import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBook } from './open.ts'
import { buildPdf, xmpPacket } from './pdf/testing.ts'
import { bufferSource } from './source.ts'
import { judgePdf, secondReaders } from './testing/second-reading.ts'
import type { BookMetadata, TocEntry } from './types.ts'

/** Programs of others that read the same files; where they are not installed, these tests are left out. */
const has = (program: string) => spawnSync(program, ['-v'], { stdio: 'ignore' }).error === undefined
const corpus = process.env['CARREL_CORPUS']
let folder: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'carrel-second-')))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function read(path: string): Promise<{ metadata: BookMetadata; toc: TocEntry[] }> {
  const book = await openBook(bufferSource(readFileSync(path)), { path, onProgress() {} })
  return { metadata: book.metadata, toc: (await book.readContents()).toc }
}

const metadataFile = `;FFMETADATA1
title=Chapter Three
album=The Colour of Magic
artist=Terry Pratchett
album_artist=Terry Pratchett
composer=Nigel Planer
genre=Fantasy
date=1983-11-24
track=3/12
[CHAPTER]
TIMEBASE=1/1000
START=0
END=4500
title=Opening
[CHAPTER]
TIMEBASE=1/1000
START=4500
END=9250
title=第一章
[CHAPTER]
TIMEBASE=1/1000
START=9250
END=12000
title=Ende
`

type Probe = {
  format: { duration: string; tags?: Record<string, string> }
  streams: { tags?: Record<string, string> }[]
  chapters: { start_time: string; tags?: { title?: string } }[]
}

function probe(path: string): Probe {
  const out = execFileSync('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_chapters', path], {
    encoding: 'utf8',
  })
  // The shape that ffprobe prints.
  return JSON.parse(out) as Probe
}

describe.runIf(has('ffmpeg') && has('ffprobe'))('ffprobe says the same of', () => {
  const kinds: [string, string[]][] = [
    ['cbr.mp3', ['-c:a', 'libmp3lame', '-b:a', '64k']],
    ['vbr.mp3', ['-c:a', 'libmp3lame', '-q:a', '6']],
    ['bare.mp3', ['-c:a', 'libmp3lame', '-b:a', '64k', '-write_xing', '0']],
    ['v3.mp3', ['-c:a', 'libmp3lame', '-id3v2_version', '3', '-ar', '22050']],
    ['plain.m4b', ['-c:a', 'aac']],
    ['fast.m4b', ['-c:a', 'aac', '-movflags', 'faststart']],
    ['keys.m4a', ['-c:a', 'aac', '-movflags', 'use_metadata_tags']],
    ['parts.m4a', ['-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov']],
    ['a.flac', ['-c:a', 'flac']],
    ['a.ogg', ['-c:a', 'libvorbis']],
    ['a.opus', ['-c:a', 'libopus']],
  ]

  it.each(kinds)('%s', async (name, options) => {
    const path = join(folder, name)
    const notes = join(folder, 'notes.txt')
    writeFileSync(notes, metadataFile)
    const input = [
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=300:duration=12',
      '-i',
      notes,
      '-map',
      '0',
      '-map_metadata',
      '1',
      '-map_chapters',
      '1',
    ]
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...input, ...options, path])
    const { format, streams, chapters } = probe(path)
    const tags = new Map(Object.entries(format.tags ?? streams[0]?.tags ?? {}).map(([key, value]) => [key.toLowerCase(), value]))
    const { metadata, toc } = await read(path)
    expect(Math.abs((metadata.duration ?? 0) - Number(format.duration))).toBeLessThan(0.1)
    expect(metadata.title).toBe(tags.get('album'))
    expect(metadata.track).toMatchObject({ title: tags.get('title'), number: 3 })
    expect(metadata.contributors.map((person) => person.name)).toEqual([tags.get('album_artist'), tags.get('composer')])
    expect(metadata.tags).toEqual([tags.get('genre')])
    expect(tags.get('date')?.startsWith(metadata.published ?? '?')).toBe(true)
    expect(toc.map(({ label, target }) => [label, target])).toEqual(
      chapters.map((chapter) => [chapter.tags?.title, { time: Math.round(Number(chapter.start_time) * 1_000) / 1_000 }]),
    )
  })
})

describe.runIf(secondReaders.pdfinfo)('pdfinfo says the same of', () => {
  const made: [string, Uint8Array][] = [
    ['plain', buildPdf({ pages: 12, info: { Title: 'Füße & <Hände>', Author: 'Émile Zola' } })],
    ['locked', buildPdf({ pages: 2, info: { Title: '草枕', Author: 'Natsume Sōseki' }, password: { user: '', owner: 'x' } })],
    ['password', buildPdf({ password: { user: 'x', owner: 'y' } })],
    ['xmp', buildPdf({ info: { Title: 'Same', Author: 'Same Body' }, xmp: xmpPacket('', 'dc:title="Same"') })],
    ['broken', Buffer.from(buildPdf()).subarray(0, 300)],
  ]

  const compare = async (path: string): Promise<string[]> => {
    const { metadata } = await read(path).catch(() => ({ metadata: null }))
    return judgePdf(path, metadata).map((wrong) => `${path}: ${wrong}`)
  }

  it.each(made)('a file made here: %s', async (name, bytes) => {
    const path = join(folder, `${name}-made.pdf`)
    writeFileSync(path, bytes)
    expect(await compare(path)).toEqual([])
  })

  it.runIf(corpus)('the corpus', async () => {
    const files = readdirSync(corpus ?? '', { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.pdf') && !path.startsWith('made-here'),
    )
    const wrong: string[] = []
    for (const path of files) wrong.push(...(await compare(join(corpus ?? '', path))))
    if (wrong.length > 0) console.info(wrong)
    expect(wrong.length).toBeLessThanOrEqual(Math.ceil(files.length * 0.05))
  })
})
