import { expect, it } from 'vitest'
import { initialsOf } from './initials.ts'

it.each([
  ['Ashgrove Readers', 'AR'],
  ['Mika', 'M'],
  ['Ada de la Cruz', 'AC'],
  ['佐藤 花', '佐花'],
  ['👩‍👩‍👧 family', 'F'],
  ['', ''],
])('%s becomes %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
