import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openBook } from '../open.ts'
import { toProblem } from '../problems.ts'
import { bufferSource } from '../source.ts'
import { buildMobi, buildPalm, type MobiInput } from '../testing.ts'

function open(bytes: Uint8Array, path = 'book.mobi') {
  return openBook(bufferSource(Buffer.from(bytes)), { path, onProgress: () => {} })
}

async function metadataOf(input: MobiInput) {
  return (await open(buildMobi(input))).metadata
}

async function codeOf(bytes: Uint8Array): Promise<string> {
  return open(bytes).then(
    () => 'ok',
    (error: unknown) => toProblem(error).code,
  )
}

const picture = (background: string) =>
  sharp({ create: { width: 20, height: 30, channels: 3, background } })
    .jpeg()
    .toBuffer()

describe('the headers of a MOBI', () => {
  it('tell what the book is', async () => {
    const metadata = await metadataOf({
      title: 'The full name',
      exth: [
        [503, 'The title &amp; more&#33;'],
        [100, 'Le Guin, Ursula K.; Strugatsky, Boris'],
        [100, 'Plato'],
        [100, 'King, Jr.'],
        [101, 'A House'],
        [103, '<p>One</p><p>Two</p>'],
        [104, '978-0-306-40615-7'],
        [105, 'Tales; Sea'],
        [105, 'sea'],
        [106, '2011-03-04T05:00:00+00:00'],
        [108, 'calibre (7.1.0) [https://calibre-ebook.com]'],
        [108, 'An Editor'],
        [112, 'calibre:8f1d4a52-6c3b-4f0e-9d27-3b1f6a1c5e90'],
        [113, 'B000FC1PJI'],
        [504, 'B000FC1PJI'],
        [524, 'pt-br'],
      ],
    })
    expect(metadata).toEqual({
      title: 'The title & more!',
      subtitle: null,
      sortTitle: null,
      contributors: [
        { name: 'Ursula K. Le Guin', sortName: 'Le Guin, Ursula K.', role: 'author' },
        { name: 'Boris Strugatsky', sortName: 'Strugatsky, Boris', role: 'author' },
        { name: 'Plato', sortName: null, role: 'author' },
        { name: 'King, Jr.', sortName: null, role: 'author' },
        { name: 'An Editor', sortName: null, role: 'contributor' },
      ],
      series: [],
      languages: ['pt-BR'],
      identifiers: [
        { scheme: 'isbn', value: '9780306406157' },
        { scheme: 'asin', value: 'B000FC1PJI' },
        { scheme: 'uuid', value: '8f1d4a52-6c3b-4f0e-9d27-3b1f6a1c5e90' },
      ],
      publisher: 'A House',
      published: '2011-03-04',
      description: 'One\n\nTwo',
      tags: ['Tales', 'Sea'],
      layout: 'reflowable',
      direction: null,
      vertical: false,
      drm: null,
      pages: null,
      duration: null,
      track: null,
    })
  })

  it.each([
    ['the title of the EXTH header', { exth: [[503, 'Updated']] }, 'Updated'],
    ['the full name', {}, 'Full'],
    ['the name of the database', { title: '' }, 'Database'],
  ] as const)('give %s', async (_, input, expected) => {
    expect((await metadataOf({ name: 'Database', title: 'Full', ...input })).title).toBe(expected)
  })

  it.each([
    [1252, 'Füße – “é”', 'Füße – “é”'],
    [65001, '草枕', '草枕'],
  ] as const)('are read in code page %i', async (codepage, title, expected) => {
    const bytes = codepage === 1252 ? Buffer.from([0x46, 0xfc, 0xdf, 0x65, 0x20, 0x96, 0x20, 0x93, 0xe9, 0x94]) : Buffer.from(title)
    expect((await metadataOf({ codepage, exth: [[503, bytes]] })).title).toBe(expected)
  })

  it('are UTF-8 where they say cp1252 of it', async () => {
    expect((await metadataOf({ codepage: 1252, exth: [[503, Buffer.from('Žluťoučký')]] })).title).toBe('Žluťoučký')
  })

  it.each([
    [0x0409, ['en']],
    [0x0416, ['pt-BR']],
    [7, ['de']],
    [0x0c1a, ['sr']],
    [0, []],
    [0xffff, []],
  ])('tell the language of locale %i', async (locale, languages) => {
    expect((await metadataOf({ locale })).languages).toEqual(languages)
  })

  it.each([
    [[[122, 'true']], { layout: 'fixed', direction: null, vertical: false }],
    [[[525, 'vertical-rl']], { layout: 'reflowable', direction: 'rtl', vertical: true }],
    [[[525, 'horizontal-lr']], { layout: 'reflowable', direction: 'ltr', vertical: false }],
    [[[527, 'rtl']], { layout: 'reflowable', direction: 'rtl', vertical: false }],
  ] as const)('tell the layout by %j', async (exth, expected) => {
    expect(await metadataOf({ version: 8, exth })).toMatchObject(expected)
  })

  it.each([
    [0, null],
    [1, 'Mobipocket'],
    [2, 'Amazon Kindle'],
    [9, 'unknown'],
  ])('tell encryption %i', async (encryption, drm) => {
    expect((await metadataOf({ encryption, exth: [[208, 'atv:kin:2:watermark']] })).drm).toBe(drm)
  })
})

describe('the format', () => {
  const both = { kf8: { exth: [[122, 'true'] as const] } }
  it.each([
    ['mobi', { version: 6 }, 'book.azw'],
    ['azw3', { version: 8 }, 'book.mobi'],
    ['mobi', both, 'book.mobi'],
    ['azw3', both, 'book.AZW3'],
  ])('is %s of %j as %s', async (format, input, path) => {
    expect((await open(buildMobi(input), path)).format).toBe(format)
  })

  it('of both takes what only the second header says', async () => {
    expect((await open(buildMobi(both))).metadata.layout).toBe('fixed')
  })

  it('of a PalmDOC text is mobi with the name of the database', async () => {
    const book = await open(buildPalm('Old Text', 'TEXtREAd', [Buffer.alloc(16), Buffer.from('text')]), 'book.prc')
    expect([book.format, book.metadata.title, book.hasCover]).toEqual(['mobi', 'Old Text', false])
  })

  it.each([
    ['TPZ0\x02', /Topaz/],
    ['CONT\x02\0', /KFX/],
    ['\xeaDRMION\xee', /encrypted KFX/],
  ])('of %j is said to be no book that can be read', async (start, detail) => {
    const bytes = Buffer.from(start.padEnd(100, '\0'), 'latin1')
    await expect(open(bytes)).rejects.toMatchObject({ code: 'not-a-book', message: expect.stringMatching(detail) as unknown })
  })
})

describe('the cover', () => {
  it('is the image at its offset from the first, else the thumbnail', async () => {
    const images = [await picture('#ff0000'), await picture('#00ff00')]
    const cover = async (exth: NonNullable<MobiInput['exth']>) => (await open(buildMobi({ images, exth }))).readCover()
    expect(await cover([[201, 1]])).toEqual(images[1])
    expect(await cover([[202, 0]])).toEqual(images[0])
    expect(await cover([[201, 0xffff_ffff], [202, 1]])).toEqual(images[1]) // prettier-ignore
    for (const none of [[], [[201, 900]], [[201, 0xffff_fff0]], [[201, 2]]] as const) expect(await cover(none)).toBeNull()
  })
})

describe('a broken MOBI', () => {
  const whole = buildMobi({ exth: [[503, 'Whole']] })
  it('is read as far as it goes', async () => {
    const cut = await open(whole.slice(0, whole.length - 100))
    expect([cut.metadata.title, cut.warnings.map(({ code }) => code)]).toEqual(['Whole', ['truncated']])
    const lying = Buffer.from(whole)
    lying.writeUInt32BE(0xffff_fff0, lying.indexOf('EXTH') + 16)
    expect((await open(lying)).warnings.map(({ code }) => code)).toEqual(['corrupt-archive'])
  })

  it.each([
    [60, 'not-a-book'],
    [70, 'truncated'],
    [90, 'truncated'],
    [104, 'truncated'],
    [130, 'ok'],
  ])('of %i bytes is %s', async (length, code) => {
    expect(await codeOf(whole.slice(0, length))).toBe(code)
  })

  it('without records is a problem', async () => {
    expect(await codeOf(buildPalm('x', 'BOOKMOBI', []))).toBe('corrupt-archive')
  })
})
