import { expect, it } from 'vitest'
import { fileKind } from './names.ts'

it.each([
  ['a.epub', 'book'],
  ['A.EPUB', 'book'],
  ['deep/er/b.fb2', 'book'],
  ['x.cbz', 'book'],
  ['x.m4b', 'audio'],
  ['x.OPUS', 'audio'],
  ['cover.JPG', 'image'],
  ['metadata.opf', 'opf'],
  ['comicinfo.XML', 'comicinfo'],
  ['info.xml', null],
  ['.epub', null],
  ['.hidden.epub', null],
  ['a/._b.epub', null],
  ['epub', null],
  ['a.epub.part', null],
  ['a.toString', null],
  ['a.constructor', null],
  ['', null],
])('takes %j for %j', (name, kind) => {
  expect(fileKind(name)).toBe(kind)
})
