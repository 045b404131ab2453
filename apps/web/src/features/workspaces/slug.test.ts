import { expect, it } from 'vitest'
import { isSlug, suggestSlug } from './slug.ts'

it.each([
  ['Ashgrove Readers', 'ashgrove-readers'],
  ['  Café  Größe!  ', 'cafe-grosse'],
  ['Nora’s books', 'noras-books'],
  ['本の会', ''],
  ['A', ''],
  ['—', ''],
  ['long '.repeat(20), 'long-long-long-long-long-long-long-long-long-lon'],
])('suggests an address for %j', (name, slug) => {
  expect(suggestSlug(name)).toBe(slug)
})

it('suggests only what is allowed', () => {
  for (const name of ['a--b', '-a-b-', '1984', 'x y', 'Ünï cødé', 'ab '.repeat(30)]) {
    const slug = suggestSlug(name)
    expect(slug === '' || isSlug(slug), slug).toBe(true)
  }
})
