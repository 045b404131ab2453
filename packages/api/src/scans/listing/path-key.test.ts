import { expect, test } from 'vitest'
import { compareBytes, pathKey } from './path-key.ts'

test('compares as UTF-8 bytes compare', () => {
  const texts = ['', 'a', 'ab', 'b', 'é', '\ue000', '\uffff', '\u{10000}', '\u{1f4da}', '名', 'a\u{1f4da}', 'a\uffff', 'Z', '!', '\u0001']
  const byBytes = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  expect(texts.toSorted(compareBytes)).toEqual(byBytes)
})

test('orders what is below a folder right behind it', () => {
  const paths = ['a/x.epub', 'a-b/x.epub', 'a.epub', 'a/b/c.epub', 'a b.epub', 'A.epub']
  expect(paths.toSorted((a, b) => compareBytes(pathKey(a), pathKey(b)))).toEqual([
    'A.epub',
    'a/b/c.epub',
    'a/x.epub',
    'a b.epub',
    'a-b/x.epub',
    'a.epub',
  ])
})

test('cuts long paths where the database does', () => {
  expect(Array.from(pathKey('\u{1f4da}'.repeat(600)))).toHaveLength(512)
})
