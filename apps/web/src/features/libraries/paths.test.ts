import { expect, it } from 'vitest'
import { crumbs, folderName, overlaps } from './paths.ts'

it('names a folder by its last part', () => {
  expect(folderName('/books/novels')).toBe('novels')
  expect(folderName('/books/novels/')).toBe('novels')
  expect(folderName('/')).toBe('/')
  expect(folderName('C:\\Books\\漫画')).toBe('漫画')
})

it('leads from the allowed folder down', () => {
  expect(crumbs('/books', '/books/novels/Meiji')).toEqual([
    { name: 'books', path: '/books' },
    { name: 'novels', path: '/books/novels' },
    { name: 'Meiji', path: '/books/novels/Meiji' },
  ])
  expect(crumbs('/', '/srv')).toEqual([
    { name: '/', path: '/' },
    { name: 'srv', path: '/srv' },
  ])
  expect(crumbs('/books', '/books')).toHaveLength(1)
  expect(crumbs('/books', '/elsewhere')).toHaveLength(1)
})

it('knows a folder within another from one that only begins alike', () => {
  expect(overlaps('/books', '/books/a')).toBe(true)
  expect(overlaps('/books/a', '/books')).toBe(true)
  expect(overlaps('/books', '/books')).toBe(true)
  expect(overlaps('/', '/books')).toBe(true)
  expect(overlaps('/books', '/bookshelf')).toBe(false)
})
