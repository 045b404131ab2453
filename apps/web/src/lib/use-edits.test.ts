import { expect, test } from 'vitest'
import { mergeEdits } from './use-edits.ts'

type Saved = { name: string; language: string }
const edited = (name: string, before: string) =>
  new Map<keyof Saved, { value: unknown; before: unknown }>([['name', { value: name, before }]])

test('fields that nobody touched follow what is saved', () => {
  expect(mergeEdits({ name: 'Old', language: 'ja' }, edited('Mine', 'Old'))).toEqual({
    values: { name: 'Mine', language: 'ja' },
    changes: { name: 'Mine' },
    moved: [],
  })
})

test('a field that was touched here and saved elsewhere is named', () => {
  expect(mergeEdits({ name: 'Theirs', language: 'en' }, edited('Mine', 'Old'))).toMatchObject({ values: { name: 'Mine' }, moved: ['name'] })
})

test('what is saved as it was typed is no change', () => {
  expect(mergeEdits({ name: 'Mine', language: 'en' }, edited('Mine', 'Old'))).toMatchObject({ changes: {}, moved: [] })
})
