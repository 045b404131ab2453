import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { openBook } from '../open.ts'
import { bufferSource } from '../source.ts'
import { buildFlac, buildM4b, buildMp3, buildOgg, id3Frame, type M4bInput } from './testing.ts'

const open = (bytes: Uint8Array) => openBook(bufferSource(Buffer.from(bytes)), { path: 'book', onProgress() {} })
const about = async (bytes: Uint8Array) => (await open(bytes)).metadata
const chaptersOf = async (bytes: Uint8Array) =>
  (await (await open(bytes)).readContents()).toc.map(({ label, target, children }) => {
    expect(children).toEqual([])
    return [label, target && 'time' in target ? target.time : target]
  })
const people = async (tags: Record<string, string>) =>
  (await about(buildMp3({ tags }))).contributors.map(({ name, role }) => `${name} (${role})`)
const seriesOf = async (tags: Record<string, string>) =>
  (await about(buildMp3({ tags }))).series.map(({ name, position }) => `${name} ${position}`)

let front: Buffer
let back: Buffer
const chapters = [
  { start: 0, title: 'Opening' },
  { start: 2.5, title: '第一章' },
  { start: 7.25, title: '' },
]
const expectedChapters = [
  ['Opening', 0],
  ['第一章', 2.5],
  ['3', 7.25],
]

beforeAll(async () => {
  const picture = (background: string) =>
    sharp({ create: { width: 40, height: 40, channels: 3, background } })
      .jpeg()
      .toBuffer()
  front = await picture('#ff0000')
  back = await picture('#00ff00')
})

/** The same book in the tags of each format. */
const facts = [
  ['TALB', '©alb', 'ALBUM', 'The Colour of Magic'],
  ['TIT2', '©nam', 'TITLE', 'Chapter 3'],
  ['TIT3', '----:SUBTITLE', 'SUBTITLE', 'A Discworld Novel'],
  ['TPE2', 'aART', 'ALBUMARTIST', 'Terry Pratchett'],
  ['TPE1', '©ART', 'ARTIST', 'Terry Pratchett, Nigel Planer'],
  ['TXXX:NARRATOR', '©nrt', 'NARRATOR', 'Nigel Planer'],
  ['TXXX:SERIES', '----:SERIES', 'SERIES', 'Discworld'],
  ['TXXX:SERIES-PART', '----:SERIES-PART', 'SERIES-PART', '1'],
  ['TDRC', '©day', 'DATE', '1983-11-24'],
  ['TPUB', '©pub', 'PUBLISHER', 'Isis'],
  ['TXXX:DESCRIPTION', 'ldes', 'DESCRIPTION', '<p>In a distant</p><p>set of dimensions</p>'],
  ['TCON', '©gen', 'GENRE', 'Fantasy; Humour'],
  ['TLAN', '----:LANGUAGE', 'LANGUAGE', 'English'],
  ['TXXX:ASIN', '----:ASIN', 'ASIN', 'b002sq8zzo'],
  ['TXXX:ISBN', '----:ISBN', 'ISBN', '0-552-12475-3'],
  ['TSOA', 'soal', 'ALBUMSORT', 'Colour of Magic, The'],
] as const
const tagsAs = (column: 0 | 1 | 2) => Object.fromEntries(facts.map((fact) => [fact[column], fact[3]]))

const vorbis = () => ({
  comments: [...Object.entries(tagsAs(2)), ['TRACKNUMBER', '3/17'], ['DISCNUMBER', '2']] as const,
  pictures: [{ data: front }],
})

describe('every format', () => {
  it.each([
    ['mp3', () => buildMp3({ tags: { ...tagsAs(0), TRCK: '3/17', TPOS: '2' }, pictures: [{ data: front }] })],
    ['m4b', () => buildM4b({ tags: tagsAs(1), track: 3, disc: 2, picture: front, seconds: 10 })],
    ['flac', () => buildFlac(vorbis())],
    ['ogg', () => buildOgg({ codec: 'vorbis', ...vorbis() })],
    ['opus', () => buildOgg({ codec: 'opus', ...vorbis() })],
  ])('tells of the book: %s', async (format, build) => {
    const book = await open(build())
    expect(book).toMatchObject({ format, hasCover: true, warnings: [] })
    expect(await book.readCover()).toEqual(front)
    const { duration, ...metadata } = book.metadata
    expect(duration).toBeCloseTo(10, 1)
    expect(metadata).toEqual({
      title: 'The Colour of Magic',
      subtitle: 'A Discworld Novel',
      sortTitle: 'Colour of Magic, The',
      contributors: [
        { name: 'Terry Pratchett', sortName: null, role: 'author' },
        { name: 'Nigel Planer', sortName: null, role: 'narrator' },
      ],
      series: [{ name: 'Discworld', position: '1' }],
      languages: ['en'],
      identifiers: [
        { scheme: 'isbn', value: '9780552124751' },
        { scheme: 'asin', value: 'B002SQ8ZZO' },
      ],
      publisher: 'Isis',
      published: '1983-11-24',
      description: 'In a distant\n\nset of dimensions',
      tags: ['Fantasy', 'Humour'],
      layout: 'reflowable',
      direction: null,
      vertical: false,
      drm: null,
      pages: null,
      track: { disc: 2, number: 3, title: 'Chapter 3' },
    })
  })

  it.each([
    ['mp3', buildMp3()],
    ['m4b', buildM4b()],
    ['flac', buildFlac()],
    ['ogg', buildOgg({ codec: 'vorbis' })],
  ])('may tell nothing: %s', async (format, bytes) => {
    expect(await open(bytes)).toMatchObject({ format, hasCover: false, metadata: { title: null, contributors: [] } })
    expect(await chaptersOf(bytes)).toEqual([])
  })
})

describe('chapters', () => {
  const comments = chapters.flatMap(({ start, title }, i) => {
    const name = `CHAPTER${String(i + 1).padStart(3, '0')}`
    return [[name, `00:00:${start.toFixed(3).padStart(6, '0')}`] as const, [`${name}NAME`, title] as const]
  })

  it.each([
    ['frames of ID3', buildMp3({ chapters })],
    ["Nero's list", buildM4b({ chapters })],
    ["QuickTime's text track", buildM4b({ chapters, kind: 'track' })],
    ['comments of FLAC', buildFlac({ comments })],
    ['comments of Vorbis', buildOgg({ codec: 'vorbis', comments })],
    ['comments of Opus', buildOgg({ codec: 'opus', comments })],
    [
      'markers of OverDrive',
      buildMp3({
        tags: {
          'TXXX:OverDrive MediaMarkers': `<Markers>${chapters.map(({ start, title }) => `<Marker><Name>${title}</Name><Time>0:${start.toFixed(3)}</Time></Marker>`).join('')}</Markers>`,
        },
      }),
    ],
  ])('are read from %s', async (_, bytes) => {
    expect(await chaptersOf(bytes)).toEqual(expectedChapters)
  })

  it('beyond 255 and out of order are read in time', async () => {
    const many = Array.from({ length: 400 }, (_, i) => ({ start: (399 - i) / 100, title: `${399 - i}` }))
    const found = await chaptersOf(buildMp3({ chapters: many }))
    expect(found).toHaveLength(400)
    expect(found[399]).toEqual(['399', 3.99])
  })
})

describe('duration', () => {
  it.each([
    ['stated by the encoder', {}],
    ['of a constant bitrate', { xing: false, constant: true }],
    ['of a changing bitrate that nobody states', { xing: false }],
  ])('of MP3: %s', async (_, input) => {
    expect((await about(buildMp3({ seconds: 61, ...input }))).duration).toBeCloseTo(61, 1)
  })

  it('of a long Ogg file', async () => {
    expect((await about(buildOgg({ codec: 'opus', seconds: 200_000 }))).duration).toBe(200_000)
    expect((await about(buildOgg({ codec: 'vorbis', seconds: 200_000 }))).duration).toBe(200_000)
  })
})

describe('people', () => {
  it('are artists where no one is named for the book', async () => {
    expect(await people({ TPE1: 'Neil Gaiman & Terry Pratchett', TPE2: 'Various Artists' })).toEqual([
      'Neil Gaiman (author)',
      'Terry Pratchett (author)',
    ])
  })

  it('have roles behind their names', async () => {
    expect(await people({ TPE2: 'Leo Tolstoy, Constance Garnett - translator, Some One - introduction' })).toEqual([
      'Leo Tolstoy (author)',
      'Constance Garnett (translator)',
      'Some One (contributor)',
    ])
  })

  it('who read are found in comments and where music has its composer', async () => {
    expect(await people({ TPE1: 'A B', COMM: 'Narrated by: Simon Vance. Unabridged', TCOM: 'X Y' })).toEqual([
      'A B (author)',
      'Simon Vance (narrator)',
    ])
    expect(await people({ TPE1: 'A B', TCOM: 'X Y, A B' })).toEqual(['A B (author)', 'X Y (narrator)'])
    expect(await people({ TPE1: 'A B', 'TXXX:NARRATEDBY': 'A B', TCOM: 'X Y' })).toEqual(['A B (author)', 'A B (narrator)'])
  })
})

describe('series', () => {
  it.each([
    [{ MVNM: 'Discworld', MVIN: '2' }, ['Discworld 2']],
    [{ GRP1: 'Discworld #2.5' }, ['Discworld 2.5']],
    [{ TIT1: 'Discworld, Book 3' }, ['Discworld 3']],
    [{ TIT1: 'Fiction' }, []],
    [{ 'TXXX:series': 'Culture; Discworld', 'TXXX:series_index': '1;4' }, ['Culture 1', 'Discworld 4']],
    [{ 'TXXX:SERIES': 'Discworld #7' }, ['Discworld 7']],
    [{ 'TXXX:SERIES': 'Discworld', TIT1: 'Discworld #7' }, ['Discworld null']],
  ])('%j', async (tags, expected) => {
    expect(await seriesOf(tags)).toEqual(expected)
  })
})

describe('other facts', () => {
  it('come from where programs put them', async () => {
    const long = 'A long comment that tells of the book and not of the file, as Libation writes it.'
    expect(await about(buildMp3({ tags: { COMM: long, TCOP: '©2001 J. K. (P)2015 Pottermore' } }))).toMatchObject({
      description: long,
      publisher: 'Pottermore',
    })
    expect(await about(buildMp3({ tags: { COMM: 'ripped by me', 'COMM:iTunNORM': long } }))).toMatchObject({ description: null })
    expect(await about(buildMp3({ tags: { TIT2: 'Alone' } }))).toMatchObject({ title: 'Alone', track: { title: 'Alone' } })
  })

  it('come from numbered items that a list of keys names', async () => {
    const tags = { album: 'Numbered', 'com.apple.quicktime.artist': 'A B', SERIES: 'S', track: '4/9' }
    expect(await about(buildM4b({ tags, numbered: true }))).toMatchObject({
      title: 'Numbered',
      contributors: [{ name: 'A B' }],
      series: [{ name: 'S' }],
      track: { number: 4 },
    })
  })

  it('prefer the front cover, and no picture that cannot be drawn', async () => {
    const pictures = [{ data: Buffer.from('not an image') }, { data: back, kind: 4 }, { data: front, kind: 3 }]
    for (const bytes of [buildMp3({ pictures }), buildFlac({ pictures }), buildOgg({ codec: 'opus', pictures })]) {
      expect(await (await open(bytes)).readCover()).toEqual(front)
    }
    expect(await open(buildMp3({ pictures: pictures.slice(0, 1) }))).toMatchObject({ hasCover: false })
  })
})

describe('protection', () => {
  it.each<[string | null, M4bInput]>([
    ['audible', { brand: 'aax ' }],
    ['audible', { brand: 'aaxc' }],
    ['audible', { codec: 'aavd' }],
    ['fairplay', { codec: 'drms' }],
    [null, { brand: 'M4A ' }],
  ])('is said: %s', async (drm, input) => {
    expect((await about(buildM4b({ ...input, tags: { '©alb': 'Book' } }))).drm).toBe(drm)
  })
})

describe('bad files', () => {
  const mp3 = Buffer.from(buildMp3({ tags: { TALB: 'Book' }, pictures: [{ data: Buffer.alloc(5_000) }] }))
  const m4b = Buffer.from(buildM4b({ tags: { '©alb': 'Book' } }))

  it.each([
    ['truncated', mp3.subarray(0, 2_000)],
    ['truncated', m4b.subarray(0, 90)],
    ['truncated', m4b.subarray(0, m4b.length - 10)],
    ['not-a-book', mp3.subarray(0, 5_200)],
    ['not-a-book', Buffer.from('OggS and nothing')],
    ['not-a-book', Buffer.alloc(10_000)],
    ['not-a-book', Buffer.alloc(10_000, 0xff)],
  ])('are %s', async (code, bytes) => {
    await expect(open(bytes)).rejects.toMatchObject({ code })
  })

  it('whose tags alone cannot be read are books with a warning', async () => {
    const broken = Buffer.from(buildMp3({ tags: { TALB: 'Book' }, seconds: 20 }))
    broken[3] = 9
    expect(await open(broken)).toMatchObject({ format: 'mp3', warnings: [{ code: 'damaged' }], metadata: { title: null } })
  })

  it('whose tables of samples lie, or are of the longest books, cost nothing', async () => {
    const lying = Buffer.from(buildM4b({ tags: { '©alb': 'Book' }, chapters, kind: 'track' }))
    lying.writeUInt32BE(0x7fffffff, lying.indexOf('stsz') + 12)
    expect(await about(lying)).toMatchObject({ title: 'Book', duration: 100 })
    expect(await chaptersOf(lying)).toEqual(expectedChapters)
  })

  it('with names of prototypes and control characters do no harm', async () => {
    const frames = [id3Frame('TXXX', Buffer.from('\x03__proto__\0polluted')), id3Frame('TALB', Buffer.from('\x03A\u0000B\u0007'))]
    expect(await about(buildMp3({ frames }))).toMatchObject({ title: 'A' })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('nested without end are stopped', async () => {
    const depth = 200_000
    const boxes = Buffer.alloc(depth * 8)
    for (let i = 0; i < depth; i += 1) {
      boxes.writeUInt32BE(boxes.length - i * 8, i * 8)
      boxes.write(i === 0 ? 'moov' : 'udta', i * 8 + 4, 'latin1')
    }
    const file = Buffer.concat([m4b.subarray(0, m4b.readUInt32BE(0)), boxes])
    await expect(open(file)).rejects.toMatchObject({ name: 'BookFileError' })
  })
})
