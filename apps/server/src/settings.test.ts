import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { keepRoots, keepSecret, openDataDir } from './data-dir.ts'
import { readEnv, SettingError, settings } from './env.ts'
import { tempDir } from './testing/server.ts'

describe('settings', () => {
  test('all have a default or may be absent, and an empty value counts as absent', () => {
    expect(readEnv({})).toMatchObject({ PORT: 3000, SIGN_UP: undefined, RATE_LIMIT: true, LIBRARY_ROOTS: [], APP_URL: undefined })
    const empty = Object.fromEntries(Object.keys(settings).map((name) => [name, ' ']))
    expect(readEnv(empty)).toEqual(readEnv({}))
  })

  test.each([
    ['PORT', 'x'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '3000.5'],
    ['APP_URL', 'books.example.org'],
    ['APP_URL', 'ftp://books.example.org'],
    ['APP_URL', 'javascript:alert(1)'],
    ['APP_URL', 'https://example.org/carrel'],
    ['APP_URL', 'https://example.org/?x'],
    ['APP_URL', 'https://me@example.org'],
    ['TRUSTED_PROXIES', 'nginx'],
    ['TRUSTED_PROXIES', '127.0.0.1, 10.0.0.0/99'],
    ['TRUSTED_PROXIES', '10.0.0.0/'],
    ['TRUSTED_PROXIES', '::1/129'],
    ['DATABASE_URL', 'mysql://x/y'],
    ['DATABASE_POOL', '1'],
    ['BETTER_AUTH_SECRET', 'short'],
    ['BETTER_AUTH_SECRET', 'a'.repeat(40)],
    ['SIGN_UP', 'maybe'],
    ['ROLE', 'king'],
    ['SCAN_PROCESSES', '0'],
    ['LOG_LEVEL', 'loud'],
    ['RATE_LIMIT', 'yes'],
  ])('a wrong %s is refused in one line that names it', (name, value) => {
    const attempt = () => readEnv({ [name]: value })
    expect(attempt).toThrow(SettingError)
    expect(attempt).toThrow(new RegExp(`^${name} `))
    expect(attempt).not.toThrow(/\n/)
  })

  test('a secret or a password is never repeated in the message', () => {
    expect(() => readEnv({ BETTER_AUTH_SECRET: 'hunter2' })).not.toThrow(/hunter2/)
    expect(() => readEnv({ DATABASE_URL: 'http://me:hunter2@db/x' })).not.toThrow(/hunter2/)
    expect(() => readEnv({ DATABASE_APP_URL: 'postgres://me:hunter2@db/x' })).toThrow(/DATABASE_AUTH_URL/)
  })

  test('the public address is written as browsers write an origin', () => {
    expect(readEnv({ APP_URL: 'https://Books.example.org:443/' }).APP_URL).toBe('https://books.example.org')
  })

  test('trusted proxies are addresses and networks of both families', () => {
    const TRUSTED_PROXIES = '127.0.0.1, ::1, 10.0.0.0/8,fd00::/8'
    expect(readEnv({ TRUSTED_PROXIES }).TRUSTED_PROXIES).toEqual(['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8'])
  })
})

describe('the data folder', () => {
  const folders: string[] = []
  const folder = () => {
    folders.push(tempDir())
    return folders.at(-1) ?? ''
  }
  afterEach(() => {
    for (const used of folders.splice(0)) rmSync(used, { recursive: true, force: true })
  })

  test('keeps the secret that it made, readable by its owner alone', () => {
    const dataDir = folder()
    const secret = keepSecret(dataDir, undefined)
    expect(secret.length).toBeGreaterThanOrEqual(40)
    expect(statSync(path.join(dataDir, 'secret')).mode & 0o777).toBe(0o600)
    expect(keepSecret(dataDir, undefined)).toBe(secret)
    expect(keepSecret(folder(), undefined)).not.toBe(secret)
    expect(keepSecret(dataDir, 'given')).toBe('given')
  })

  test('refuses a secret file that was emptied', () => {
    const dataDir = folder()
    writeFileSync(path.join(dataDir, 'secret'), '')
    expect(() => keepSecret(dataDir, undefined)).toThrow(/^BETTER_AUTH_SECRET.*Restore/)
  })

  test('remembers folders named at a start, and forgets those whose line was deleted', () => {
    const dataDir = folder()
    expect(keepRoots(dataDir, ['/a'], ['/b'])).toEqual(['/a', '/b'])
    expect(keepRoots(dataDir, [], [])).toEqual(['/b'])
    expect(keepRoots(dataDir, [], ['/c', '/b'])).toEqual(['/b', '/c'])
    const file = path.join(dataDir, 'library-roots')
    writeFileSync(file, readFileSync(file, 'utf8').replace('/b\n', ''))
    expect(keepRoots(dataDir, ['/c'], [])).toEqual(['/c'])
  })

  test('that cannot be made is named in one line', () => {
    const parent = folder()
    writeFileSync(path.join(parent, 'file'), '')
    expect(() => openDataDir(path.join(parent, 'file', 'data'))).toThrow(/^DATA_DIR .*ENOTDIR/)
    if (process.getuid?.() === 0) return
    mkdirSync(path.join(parent, 'closed'))
    chmodSync(path.join(parent, 'closed'), 0o500)
    expect(() => openDataDir(path.join(parent, 'closed', 'data'))).toThrow(/^DATA_DIR .*EACCES/)
  })
})
