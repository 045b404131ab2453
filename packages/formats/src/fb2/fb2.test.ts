import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openBook } from '../open.ts'
import { toProblem } from '../problems.ts'
import { bufferSource } from '../source.ts'
import { buildZip, fb2Xml, type Fb2Input } from '../testing.ts'

function open(bytes: Uint8Array | string) {
  return openBook(bufferSource(Buffer.from(bytes as Uint8Array)), { path: 'book.fb2', onProgress: () => {} })
}

async function metadataOf(input: Fb2Input) {
  return (await open(fb2Xml(input))).metadata
}

const cyrillic = 'абвгдежзийклмнопрстуфхцчшщъыьэюя'

/** Text in a Cyrillic code page, made by turning its decoder around. */
function encoded(text: string, label: string): Buffer {
  const decoder = new TextDecoder(label)
  const bytes = new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]))
  return Buffer.from(Array.from(text, (character) => bytes.get(character) ?? 0x3f))
}

describe('the description', () => {
  it('tells what the book is', async () => {
    const metadata = await metadataOf({
      title: 'Roadside &amp; Picnic',
      titleInfo: `<genre>sf</genre><keywords>zone, stalker; sf</keywords>
<author><first-name>Arkady</first-name><middle-name>N.</middle-name><last-name>Strugatsky</last-name><id>a-1</id></author>
<author><nickname>Bob</nickname></author><author><last-name>Plato</last-name></author><author/><constructor><last-name>No</last-name></constructor>
<translator><first-name>Olena</first-name><last-name>Bormashenko</last-name></translator>
<annotation><p>A zone &lt;b> of <strong>things</strong>.</p><empty-line/><p>Two.</p></annotation>
<sequence name="Noon" number="2.50"><sequence name="Inner"/></sequence><lang>ru</lang><src-lang>en</src-lang>
<date value="1972-03-01">March</date>`,
      description: `<src-title-info><book-title>Original</book-title><lang>en</lang></src-title-info>
<document-info><author><nickname>scanner</nickname></author><id>8F1D4A52-6C3B-4F0E-9D27-3B1F6A1C5E90</id><date>2009</date></document-info>
<publish-info><book-name>Paper</book-name><publisher>Macmillan</publisher><year>1977</year><isbn>0-306-40615-2, none</isbn>
<sequence name="Best of"/></publish-info><custom-info info-type="x">y</custom-info>`,
    })
    expect(metadata).toEqual({
      title: 'Roadside & Picnic',
      subtitle: null,
      sortTitle: null,
      contributors: [
        { name: 'Arkady N. Strugatsky', sortName: 'Strugatsky, Arkady N.', role: 'author' },
        { name: 'Bob', sortName: null, role: 'author' },
        { name: 'Plato', sortName: null, role: 'author' },
        { name: 'Olena Bormashenko', sortName: 'Bormashenko, Olena', role: 'translator' },
      ],
      series: [
        { name: 'Noon', position: '2.5' },
        { name: 'Inner', position: null },
      ],
      languages: ['ru'],
      identifiers: [
        { scheme: 'isbn', value: '9780306406157' },
        { scheme: 'uuid', value: '8f1d4a52-6c3b-4f0e-9d27-3b1f6a1c5e90' },
      ],
      publisher: 'Macmillan',
      published: '1977',
      description: 'A zone <b> of things.\n\nTwo.',
      tags: ['prose', 'sf', 'zone', 'stalker'],
      layout: 'reflowable',
      direction: null,
      vertical: false,
      drm: null,
      pages: null,
      duration: null,
      track: null,
    })
  })

  it('takes the date of writing where no edition is named', async () => {
    expect((await metadataOf({ titleInfo: '<date value="1972-03-01">March</date>' })).published).toBe('1972-03-01')
    expect((await metadataOf({ titleInfo: '<date>1972</date>' })).published).toBe('1972')
  })

  it.each(['windows-1251', 'koi8-r', 'utf-16le', 'utf-16be', 'utf-8'])('is read in %s', async (label) => {
    const cover = await sharp({ create: { width: 20, height: 30, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer()
    const xml = fb2Xml({ title: cyrillic, encoding: label.startsWith('utf-16') ? 'utf-16' : label, cover })
    const utf16 = Buffer.from(`\ufeff${xml}`, 'utf16le')
    const bytes =
      label === 'utf-8' ? Buffer.from(xml) : label === 'utf-16le' ? utf16 : label === 'utf-16be' ? utf16.swap16() : encoded(xml, label)
    const book = await open(bytes)
    expect([book.format, book.metadata.title, book.warnings, book.hasCover]).toEqual(['fb2', cyrillic, [], true])
    expect(await book.readCover()).toEqual(cover)
  })

  it('may be long: characters are whole where pieces meet', async () => {
    const words = Array.from({ length: 40_000 }, () => cyrillic).join(' ')
    const metadata = await metadataOf({ titleInfo: `<keywords>${words}</keywords><lang>uk</lang>` })
    expect(metadata.languages).toEqual(['uk'])
    expect(metadata.tags[1]).toMatch(/^[а-я ]+$/)
  })
})

describe('the contents', () => {
  const section = (title: string, inner = '', id = '') =>
    `<section${id && ` id="${id}"`}>${title && `<title>${title}</title>`}${inner}</section>`

  it('are the titles of the sections, one in another', async () => {
    const body =
      '<title><p>The book</p></title>' +
      section(
        '<p>Part</p><p>One</p>',
        section('<p>Chapter <emphasis>1</emphasis></p>', '<p>text</p>', 'c1') + section('', section('<p>Deep</p>')),
      ) +
      section('<p>Part two</p>')
    const book = await open(fb2Xml({ body, behind: `<body name="notes">${section('<p>1</p>')}</body>` }))
    expect(await book.readContents()).toEqual({
      parts: [],
      toc: [
        {
          label: 'Part One',
          target: null,
          children: [
            { label: 'Chapter 1', target: { href: '#c1' }, children: [] },
            { label: 'Deep', target: null, children: [] },
          ],
        },
        { label: 'Part two', target: null, children: [] },
      ],
    })
  })

  it('are bounded in depth and number', async () => {
    const deep = '<section><title><p>x</p></title>'.repeat(100) + '</section>'.repeat(100)
    const toc = (await (await open(fb2Xml({ body: deep }))).readContents()).toc
    let depth = 0
    for (let entry = toc[0]; entry; entry = entry.children[0]) depth += 1
    expect(depth).toBe(32)
    const many = (await (await open(fb2Xml({ body: '<section><title><p>x</p></title></section>'.repeat(11_000) }))).readContents()).toc
    expect(many.length).toBe(10_000)
  })
})

describe('the cover', () => {
  const cover = randomBytes(300_001)
  it.each([
    ['of its id', {}, cover],
    ['behind others', { behind: '<binary id="other">AAAA</binary><binary>AA</binary><binary id="cover.img2">AAAA</binary>' }, cover],
  ])('is the binary %s', async (_, input, expected) => {
    expect(await (await open(fb2Xml({ cover, ...input }))).readCover()).toEqual(expected)
  })

  it('is none without its binary, or from elsewhere', async () => {
    for (const href of ['#none', 'cover.jpg', 'http://localhost/x.jpg', 'file:///etc/passwd', '#']) {
      const book = await open(fb2Xml({ titleInfo: `<coverpage><image l:href="${href}"/></coverpage>` }))
      expect([book.hasCover, await book.readCover()]).toEqual([false, null])
    }
  })
})

describe('packed', () => {
  it('as .fb2.zip it is the same book', async () => {
    const book = await open(
      buildZip([
        { name: 'книга.FB2', data: fb2Xml({ title: 'Packed' }) },
        { name: 'readme.txt', data: '' },
      ]),
    )
    expect([book.format, book.metadata.title, book.warnings]).toEqual(['fb2', 'Packed', []])
  })

  it('with others in one archive, or in a bomb, it is a problem', async () => {
    const two = buildZip(['a.fb2', 'b.fb2'].map((name) => ({ name, data: fb2Xml() })))
    await expect(open(two)).rejects.toMatchObject({ code: 'not-a-book' })
    const bomb = buildZip([{ name: 'a.fb2', data: Buffer.alloc(70 * 2 ** 20, 32) }])
    await expect(open(bomb)).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('a broken FictionBook', () => {
  const whole = fb2Xml({ title: 'Whole' })
  it.each([
    [whole.slice(0, -20), 'Whole', ['truncated']],
    [whole.slice(0, whole.indexOf('</title-info')), 'Whole', ['truncated']],
    ['<FictionBook><body/></FictionBook>', null, []],
    ['<FictionBook></FictionBook>', null, ['invalid-xml']],
    [`<!DOCTYPE FictionBook [<!ENTITY x "y">]><!-- <x> --> ${whole.slice(whole.indexOf('<Fic')).replace('Whole', '&x;')}`, '&x;', []],
  ])('%# is read as far as it goes', async (xml, title, warnings) => {
    const book = await open(xml)
    expect([book.metadata.title, book.warnings.map(({ code }) => code)]).toEqual([title, warnings])
  })

  it.each([
    ['<html><body/></html>', 'not-a-book'],
    ['<'.repeat(10_000), 'not-a-book'],
    ['<!---->'.repeat(1_100), 'not-a-book'],
    [`<FictionBook><description>${'<x>'.repeat(300)}`, 'too-large'],
    [`<FictionBook ><description a="${'x'.repeat(17 * 2 ** 20)}">`, 'too-large'],
  ])('%# is a problem', async (xml, code) => {
    const outcome = await open(xml).then(
      () => 'ok',
      (error: unknown) => toProblem(error).code,
    )
    expect(outcome).toBe(code)
  })
})
