import { expect, it } from 'vitest'
import { openBook } from '../open.ts'
import { bufferSource } from '../source.ts'
import { parseComicInfo } from './comic-info.ts'

const read = (fields: string) => parseComicInfo(Buffer.from(`<?xml version="1.0"?><ComicInfo>${fields}</ComicInfo>`)).metadata

it('reads every field that a book has', () => {
  const metadata = read(`<Title>A &amp; B</Title><Series>Saga</Series><Number>1.5</Number><Count>6</Count><Volume>2012</Volume>
    <AlternateSeries>Event</AlternateSeries><AlternateNumber>4</AlternateNumber><StoryArc>Arc One, Arc Two</StoryArc><StoryArcNumber>1, 7</StoryArcNumber>
    <Summary>First.&#10;&#10;Second.</Summary><Year>2012</Year><Month>3</Month><Day>14</Day><Writer>Ann Lee, Bo Li</Writer><Penciller>P</Penciller>
    <Inker>I</Inker><Colorist>C</Colorist><Letterer>L</Letterer><CoverArtist>K</CoverArtist><Editor>E</Editor><Translator>T</Translator>
    <Publisher>Pub</Publisher><Imprint>Imp</Imprint><Genre>Drama, War</Genre><Tags>war, Space</Tags><SeriesGroup>Group</SeriesGroup>
    <Web>https://example.org/1 javascript:alert(1)</Web><PageCount>24</PageCount><LanguageISO>pt_br</LanguageISO><GTIN>9780306406157</GTIN>`)
  const person = (role: string, name: string) => ({ name, sortName: null, role })
  expect(metadata).toMatchObject({
    title: 'A & B',
    series: [
      { name: 'Saga', position: '1.5' },
      { name: 'Event', position: '4' },
      { name: 'Arc One', position: '1' },
      { name: 'Arc Two', position: '7' },
    ],
    description: 'First.\n\nSecond.',
    published: '2012-03-14',
    contributors: [
      person('author', 'Ann Lee'),
      person('author', 'Bo Li'),
      person('penciller', 'P'),
      person('inker', 'I'),
      person('colorist', 'C'),
      person('letterer', 'L'),
      person('cover-artist', 'K'),
      person('editor', 'E'),
      person('translator', 'T'),
    ],
    publisher: 'Pub',
    tags: ['Drama', 'War', 'Space', 'Group'],
    identifiers: [
      { scheme: 'isbn', value: '9780306406157' },
      { scheme: 'uri', value: 'https://example.org/1' },
    ],
    languages: ['pt-BR'],
    pages: 24,
    layout: 'fixed',
    direction: null,
  })
})

it.each([
  ['<Number>½</Number>', '0.5'],
  ['<Number>1/2</Number>', '0.5'],
  ['<Number>007</Number><Volume>2</Volume>', '7'],
  ['<Volume>2</Volume>', '2'],
  ['<Volume>2016</Volume>', null],
  ['<Volume>-1</Volume>', null],
  ['<Number>-1</Number>', '-1'],
])('%s counts as %s', (fields, position) => {
  expect(read(`<Series>S</Series>${fields}`).series).toEqual([{ name: 'S', position }])
})

it.each([
  ['YesAndRightToLeft', 'rtl'],
  ['No', 'ltr'],
  ['Yes', null],
  ['Unknown', null],
])('manga %s runs %s', (manga, direction) => {
  expect(read(`<Manga>${manga}</Manga>`).direction).toBe(direction)
})

it.each([
  ['<Year>2012</Year><Month>3</Month>', '2012-03'],
  ['<Year>2012</Year><Day>3</Day>', '2012'],
  ['<Year>-1</Year>', null],
  ['<Month>3</Month>', null],
])('%s is published %s', (fields, published) => {
  expect(read(fields).published).toBe(published)
})

it('takes nothing from an entity or from beyond the limits', () => {
  const xxe = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ComicInfo><Title>&a;</Title></ComicInfo>'
  expect(parseComicInfo(Buffer.from(xxe)).metadata.title).not.toContain('root')
  expect(() => read('<a>'.repeat(1_000))).toThrow(expect.objectContaining({ code: 'too-large' }))
  expect(read(`<Writer>${Array.from({ length: 5_000 }, (_, i) => i).join()}</Writer>`).contributors.length).toBe(500)
})

it('is a sidecar as a file of its own, whatever its name', async () => {
  const open = (text: string) => openBook(bufferSource(Buffer.from(text)), { path: 'x.cbz', onProgress() {} })
  const book = await open('\ufeff<?xml version="1.0"?><!-- by hand -->\n<ComicInfo xmlns:xsi="x"><Title>T</Title></ComicInfo>')
  expect(book).toMatchObject({ format: 'comicinfo', hasCover: false, metadata: { title: 'T', pages: null } })
  expect(await book.readContents()).toEqual({ toc: [], parts: [] })
  await expect(open('<Other/>')).rejects.toThrow(expect.objectContaining({ code: 'not-a-book' }))
})

it('stands beside a picture that is a cover', async () => {
  const bytes = Buffer.from('\x89PNG\r\n\x1a\n rest', 'latin1')
  const book = await openBook(bufferSource(bytes), { path: 'cover.jpg', onProgress() {} })
  expect(book).toMatchObject({ format: 'image', hasCover: true })
  expect(await book.readCover()).toEqual(bytes)
})
