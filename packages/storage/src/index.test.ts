import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { cacheBlobs, createFsBlobStore, type BlobStore } from './index.ts'

const scratch = mkdtempSync(path.join(tmpdir(), 'carrel-storage-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(scratch, 'store-'))
})
const bytes = (text: string) => Buffer.from(text)

/** What every store does. */
describe.each<[string, () => BlobStore]>([
  ['in a folder', () => createFsBlobStore(folder)],
  ['with a cache', () => cacheBlobs(createFsBlobStore(folder), 1000)],
])('a store %s', (_name, create) => {
  test('gives back what was put, until it is deleted', async () => {
    const store = create()
    expect(await store.get('orgs/a/1.webp')).toBeNull()
    await store.put('orgs/a/1.webp', bytes('one'))
    await store.put('orgs/a/2.webp', bytes('two'))
    expect(await store.get('orgs/a/1.webp')).toEqual(bytes('one'))
    await store.delete('orgs/a/1.webp')
    expect(await store.get('orgs/a/1.webp')).toBeNull()
    expect(await store.get('orgs/a/2.webp')).toEqual(bytes('two'))
    await store.delete('orgs/a/1.webp')
  })

  test('replaces what was put before', async () => {
    const store = create()
    await store.put('key', bytes('a long text'))
    expect(await store.get('key')).toEqual(bytes('a long text'))
    await store.put('key', bytes('short'))
    expect(await store.get('key')).toEqual(bytes('short'))
  })

  test('keeps empty blobs', async () => {
    const store = create()
    await store.put('empty', bytes(''))
    expect(await store.get('empty')).toEqual(bytes(''))
  })

  test.each(['', '/', '/a', 'a/', 'a//b', '..', '../a', 'a/../b', 'a/..', '.a', 'a/.b', 'A', 'a b', 'a\\b', 'a\0', 'a\n', 'é'])(
    'refuses the key %j',
    async (key) => {
      const store = create()
      await expect(store.put(key, bytes('x'))).rejects.toThrow(TypeError)
      await expect(store.get(key)).rejects.toThrow(TypeError)
      await expect(store.delete(key)).rejects.toThrow(TypeError)
      expect(readdirSync(folder)).toEqual([])
    },
  )

  test('lists the keys below a prefix, each once, and no others', async () => {
    const store = create()
    const keys = ['orgs/a/covers/1/320.webp', 'orgs/a/covers/1/640.webp', 'orgs/a/logo/2.webp', 'orgs/ab/logo/3.webp']
    for (const key of keys) await store.put(key, bytes(key))
    const listed = async (prefix: string) => {
      const found: string[] = []
      for await (const key of store.list(prefix)) found.push(key)
      return found.toSorted()
    }
    expect(await listed('orgs/')).toEqual(keys)
    expect(await listed('orgs/a/')).toEqual(keys.slice(0, 3))
    expect(await listed('orgs/none/')).toEqual([])
    await expect(listed('orgs')).rejects.toThrow(TypeError)
    await expect(listed('../')).rejects.toThrow(TypeError)
    for await (const key of store.list('orgs/')) await store.delete(key)
    expect(await listed('orgs/')).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  test('spares what was written since', async () => {
    const store = create()
    await store.put('a/old', bytes('old'))
    await store.delete('a/old', { writtenBefore: new Date(Date.now() - 60_000) })
    expect(await store.get('a/old')).toEqual(bytes('old'))
    await store.delete('a/old', { writtenBefore: new Date(Date.now() + 60_000) })
    await store.delete('a/none', { writtenBefore: new Date() })
    expect(await createFsBlobStore(folder).get('a/old')).toBeNull()
  })

  test('writes while the folder is emptied', { timeout: 20_000 }, async () => {
    const store = create()
    let writing = true
    const emptied = (async () => {
      while (writing) for await (const key of store.list('a/')) if (!key.endsWith('.tmp')) await store.delete(key)
    })()
    for (let i = 0; i < 100; i++) await store.put(`a/b/${i}`, bytes('x'))
    writing = false
    await emptied
  })

  test('shows the old or the new blob while it is replaced, never half of one', async () => {
    const store = create()
    const [small, large] = [Buffer.alloc(10, 'a'), Buffer.alloc(4_000_000, 'b')]
    await store.put('key', small)
    let writing = true
    const written = (async () => {
      for (let i = 0; i < 5; i++) for (const blob of [large, small]) await store.put('key', blob)
      writing = false
    })()
    const sizes = new Set<number | undefined>()
    while (writing) {
      sizes.add((await store.get('key'))?.length)
      await setImmediate()
    }
    await written
    expect([...sizes].filter((size) => size !== small.length && size !== large.length)).toEqual([])
  })

  test('takes several writes of one key at once', async () => {
    const store = create()
    await Promise.all(['aaa', 'bbb', 'ccc'].map((text) => store.put('key', bytes(text))))
    expect(['aaa', 'bbb', 'ccc']).toContain(String(await store.get('key')))
    expect(readdirSync(folder)).toEqual(['key'])
  })
})

test('a write that fails leaves nothing behind', async () => {
  const store = createFsBlobStore(folder)
  mkdirSync(path.join(folder, 'taken/inside'), { recursive: true })
  await expect(store.put('taken', bytes('x'))).rejects.toMatchObject({ code: expect.stringMatching(/^E/) })
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('a cache answers from memory up to its size, and keeps no absence', async () => {
  const below = createFsBlobStore(folder)
  const store = cacheBlobs(below, 10)
  expect(await store.get('a')).toBeNull()
  await below.put('a', bytes('12345678'))
  expect(await store.get('a')).toEqual(bytes('12345678'))
  await below.delete('a')
  expect(await store.get('a')).toEqual(bytes('12345678'))
  await below.put('b', bytes('12345678'))
  await store.get('b')
  expect(await store.get('a')).toBeNull()
  await below.put('c', bytes('longer than the cache'))
  expect(await store.get('c')).toEqual(bytes('longer than the cache'))
  await below.delete('c')
  expect(await store.get('c')).toBeNull()
})
