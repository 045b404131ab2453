import { expect, test } from 'vitest'
import { metadataText } from './metadata-text.ts'

test.each([
  ['text', 'two\nlines', null, 'two\nlines'],
  ['number', 1234567.123456, null, '1,234,567.123456'],
  ['date', '0987-02-03', null, /987/],
  ['flag', false, null, 'No'],
  ['choice', 'an id', 'Worn', 'Worn'],
] as const)('a value of kind %s reads well', (kind, value, choice, text) => {
  const read = metadataText({ fieldId: 'f', name: 'Field', kind, value, choice })
  if (typeof text === 'string') expect(read).toBe(text)
  else expect(read).toMatch(text)
})
