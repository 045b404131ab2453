import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { readSessionToken, sessionCookie } from './index.ts'

const secret = 'a-secret-of-the-tests-0123456789-abcdefghij'
const sign = (token: string, by = secret) => `${token}.${createHmac('sha256', by).update(token).digest('base64')}`
const cookie = (value: string, secure = false) => `${sessionCookie(secure)}=${value}`
const good = encodeURIComponent(sign('token'))

test('a cookie that was signed here gives its token, wherever it stands', () => {
  expect(readSessionToken(cookie(good), secret, false)).toBe('token')
  expect(readSessionToken(`a=b; ${cookie(good)}; c=d`, secret, false)).toBe('token')
  expect(readSessionToken(cookie(good, true), secret, true)).toBe('token')
})

test.each([
  ['no cookie', undefined],
  ['an empty header', ''],
  ['another cookie', `x${cookie(good)}`],
  ['no signature', cookie('token')],
  ['an empty signature', cookie('token.')],
  ['a signature alone', cookie(encodeURIComponent(sign('').slice(0)))],
  ['the signature of another secret', cookie(encodeURIComponent(sign('token', 'another-secret-0123456789-0123456789-xyz')))],
  ['the signature of another token', cookie(encodeURIComponent(sign('token').replace('token', 'tokem')))],
  ['a cut signature', cookie(encodeURIComponent(sign('token').slice(0, -4)))],
  ['a signature in another encoding', cookie(`token.${createHmac('sha256', secret).update('token').digest('hex')}`)],
  ['broken escapes', cookie('%E0%A4%A')],
  ['a very long token', cookie(encodeURIComponent(sign('x'.repeat(600))))],
  ['a good one behind a bad one of the same name', `${cookie('token.x')}; ${cookie(good)}`],
])('%s gives none', (_what, header) => {
  expect(readSessionToken(header, secret, false)).toBeNull()
})

test('a cookie for plain http is not taken where https is the rule, nor the other way', () => {
  expect(readSessionToken(cookie(good), secret, true)).toBeNull()
  expect(readSessionToken(cookie(good, true), secret, false)).toBeNull()
})
