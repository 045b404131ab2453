import { expect, it } from 'vitest'
import { safeNext } from './next-path.ts'

it.each(['/w/ashgrove', '/w/a/search?q=a%20b', '/me#theme', '/setup?library=1', '/w/漫画'])('keeps a page of this site: %s', (path) => {
  expect(safeNext(path)).toBe(new URL(path, 'http://x').href.slice('http://x'.length))
})

it.each([
  undefined,
  null,
  7,
  '',
  '/',
  'w/a',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '/a\\b',
  '/\tevil',
  '/\n/evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  '/..//evil.example',
  '/%2e%2e//evil.example',
  '/sign-in?next=/me',
  '/sign-up',
  '/api/auth/sign-out',
  '/rpc/account/get',
  '/files/1',
  `/${'a'.repeat(3000)}`,
])('refuses %j', (value) => {
  expect(safeNext(value)).toBeUndefined()
})
