import { afterEach, expect, test, vi } from 'vitest'
import { newId } from '@carrel/db'
import { openPicture, sealPicture } from './picture-token.ts'

const secret = 'a secret of this server'
const organization = newId()
const book = newId()
const picture = { source: 'open-library', id: '12345' } as const
const sealed = () => sealPicture(secret, organization, book, picture)

afterEach(() => void vi.useRealTimers())

test('a token names a picture of a book in one workspace, and nothing that was changed', () => {
  const token = sealed()
  expect(openPicture(secret, organization, token)).toEqual({ bookId: book, picture })
  expect(openPicture(secret, newId(), token)).toBe(null)
  expect(openPicture('another secret', organization, token)).toBe(null)
  const [body = '', mark = ''] = token.split('.')
  const other = Buffer.from(JSON.stringify([book, 'open-library', '99', Date.now() + 1000])).toString('base64url')
  for (const forged of [
    '',
    '.',
    body,
    `${body}.`,
    `.${mark}`,
    `${other}.${mark}`,
    `${body}x.${mark}`,
    `${body}.${mark.slice(1)}`,
    `${body}.${'A'.repeat(43)}`,
  ])
    // prettier-ignore
    expect(openPicture(secret, organization, forged)).toBe(null)
})

test('a token ends after an hour', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const token = sealed()
  vi.setSystemTime(Date.now() + 59 * 60_000)
  expect(openPicture(secret, organization, token)).not.toBe(null)
  vi.setSystemTime(Date.now() + 2 * 60_000)
  expect(openPicture(secret, organization, token)).toBe(null)
})
