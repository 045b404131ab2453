import { expect, test } from 'vitest'
import { shortNamesOf } from './short-names.ts'

test.each([
  [[], []],
  [['Author/Title/one.epub'], ['one.epub']],
  [
    ['Sea/CD 1/1.mp3', 'Sea/CD 1/2.mp3', 'Sea/CD 2/1.mp3'],
    ['CD 1/1.mp3', 'CD 1/2.mp3', 'CD 2/1.mp3'],
  ],
  [
    ['Sea/intro.mp3', 'Sea/CD 1/1.mp3'],
    ['intro.mp3', 'CD 1/1.mp3'],
  ],
  [
    ['a/x.epub', 'b/x.epub'],
    ['a/x.epub', 'b/x.epub'],
  ],
  [
    ['x.epub', 'x.pdf'],
    ['x.epub', 'x.pdf'],
  ],
])('%j', (paths, names) => {
  expect(shortNamesOf(paths)).toEqual(names)
})
