import { expect, it } from 'vitest'
import { Slug } from './schema.ts'
import { isSlug, slugFromName } from './slug.ts'

it.each([
  ['Ashgrove Readers', 'ashgrove-readers'],
  ['  Café  Größe!  ', 'cafe-grosse'],
  ['Ærø', 'aero'],
  ['Nora’s books', 'noras-books'],
  ['本の会', ''],
  ['—', ''],
  ['long '.repeat(20), 'long-long-long-long-long-long-long-long'],
])('makes an address of %j', (name, slug) => {
  expect(slugFromName(name)).toBe(slug)
})

it.each([
  ['ab', true],
  ['1984', true],
  ['a'.repeat(48), true],
  ['a'.repeat(49), false],
  ['a', false],
  ['', false],
  ['a--b', false],
  ['-ab', false],
  ['Ab', false],
  ['admin', false],
  ['sign-in', false],
  ['0198c5a8-7f3e-7c11-8a55-0123456789ab', false],
])('knows whether %j may name a workspace', (slug, allowed) => {
  expect(isSlug(slug)).toBe(allowed)
  expect(Slug.safeParse(slug).success).toBe(allowed)
})
