import { describe, expect, test } from 'vitest'
import { nameInRecording, unitsOf } from './units.ts'

/** Names by unit, sidecars in brackets. */
const grouped = (folder: string, ...names: string[]) => {
  const units: Record<string, string[]> = {}
  for (const [name, { unit, role }] of unitsOf(folder, names)) (units[unit] ??= []).push(role === 'book' ? name : `[${name}]`)
  return units
}

describe('files of one folder', () => {
  test('that differ in their extension only are one book', () => {
    expect(grouped('a', 'One.epub', 'one.PDF', 'Two.epub')).toEqual({ 'a/one': ['One.epub', 'one.PDF'], 'a/two': ['Two.epub'] })
    expect(grouped('', 'é.epub', 'e\u0301.mobi')).toEqual({ '/é': ['é.epub', 'e\u0301.mobi'] })
  })

  test('that no book is among are left out', () => {
    expect(grouped('a', 'notes.txt', 'cover.jpg', 'metadata.opf', '.hidden.epub', '._One.epub')).toEqual({})
  })

  test('are one book where calibre wrote what it knows of it', () => {
    expect(grouped('Writer/Title (12)', 'Title - Writer.epub', 'Title - W.mobi', 'cover.jpg', 'metadata.opf')).toEqual({
      'Writer/Title (12)': ['Title - Writer.epub', 'Title - W.mobi', '[cover.jpg]', '[metadata.opf]'],
    })
    expect(Object.keys(grouped('', 'a.epub', 'b.epub', 'metadata.opf'))).toEqual(['/a', '/b'])
  })

  test('tell of the one book beside them, or of the book of their name', () => {
    expect(grouped('a', 'One.epub', 'cover.png', 'other.jpg')).toEqual({ 'a/one': ['One.epub', '[cover.png]'] })
    expect(grouped('a', 'One.epub', 'Two.epub', 'cover.jpg', 'Two.jpg', 'One.opf', 'ComicInfo.xml')).toEqual({
      'a/one': ['One.epub', '[One.opf]'],
      'a/two': ['Two.epub', '[Two.jpg]'],
    })
  })
})

describe('loose files', () => {
  const loose = (...names: string[]) => [...unitsOf('', names, { loose: true })].map(([name, { unit }]) => `${name} ${unit}`)
  const units = (...names: string[]) => new Set([...unitsOf('', names, { loose: true }).values()].map(({ unit }) => unit)).size

  test('of audio are one recording where they differ in nothing but the numbers of parts', () => {
    expect(units('Title 01.mp3', 'Title 02.mp3', 'title - part 3.mp3', 'cover.jpg')).toBe(1)
    expect(units('01.mp3', '02.mp3', 'CD 2 Track 1.mp3')).toBe(1)
    expect(units('Title 1.m4b', 'Title 2.m4b')).toBe(1)
    expect(units('One.mp3', 'Two.mp3', 'Title 1.mp3', 'Title 2.mp3')).toBe(3)
    expect(loose('Title.mp3', 'Title.flac', 'Title.epub')).toEqual(['Title.epub /title', 'Title.mp3 /title', 'Title.flac /title'])
  })

  test('that are no audio stay apart, whatever their numbers', () => {
    expect(units('Title 1.epub', 'Title 2.epub', 'Title 2.pdf')).toBe(2)
    expect(units('Title 1.epub', 'Title 1.mp3', 'Title 2.mp3')).toBe(2)
  })
})

describe('audio files', () => {
  test('of one folder are one recording, with those of its discs', () => {
    expect(grouped('Writer/Title', '01.mp3', '02.mp3', 'folder.jpg')).toEqual({ 'Writer/Title': ['01.mp3', '02.mp3', '[folder.jpg]'] })
    for (const disc of ['CD 1', 'cd02', 'Disc 2', 'disk_3', 'Part 4'])
      expect(Object.keys(grouped(`Writer/Title/${disc}`, '01.mp3'))).toEqual(['Writer/Title'])
    expect(Object.keys(grouped('Writer/Disc World', '01.mp3'))).toEqual(['Writer/Disc World'])
  })

  test('are told of by what lies above their discs', () => {
    const above = (...folders: string[]) => [...unitsOf('Writer/Title', ['cover.jpg', 'metadata.opf', 'back.jpg'], { folders })]
    const title = { unit: 'Writer/Title', role: 'sidecar' }
    expect(new Map(above('Bonus', 'CD 2'))).toEqual(new Map([['cover.jpg', title], ['metadata.opf', title]])) // prettier-ignore
    expect(above('Bonus')).toEqual([])
  })

  test('in the library’s own folder are books by themselves', () => {
    expect(Object.keys(grouped('', 'One.mp3', 'Two.mp3'))).toEqual(['/one', '/two'])
  })

  test('that are whole books are told from parts of one', () => {
    expect(Object.keys(grouped('Series', 'First.m4b', 'Second.m4b'))).toEqual(['Series/first', 'Series/second'])
    expect(Object.keys(grouped('Series', 'Title part 1.m4b', 'Title Part 2.m4b'))).toEqual(['Series'])
    expect(Object.keys(grouped('Series', 'Only.m4b'))).toEqual(['Series'])
  })
})

test.each([
  ['Sea/CD 1/1.mp3', 'CD 1/1.mp3'],
  ['Disc 2/1.mp3', 'Disc 2/1.mp3'],
  ['Private/Folder/x.epub', 'x.epub'],
  ['x.epub', 'x.epub'],
])('a file %s is told as %s', (path, name) => {
  expect(nameInRecording(path)).toBe(name)
})
