import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setImmediate, setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cacheBlobs, createFsBlobStore, createS3BlobStore, CutShort, type BlobStore } from './index.ts'
import { startTestBucket, type TestBucket } from './testing.ts'

const scratch = mkdtempSync(path.join(tmpdir(), 'carrel-storage-'))
let bucket: TestBucket
beforeAll(async () => {
  bucket = await startTestBucket()
})
afterAll(async () => {
  await bucket[Symbol.asyncDispose]()
  rmSync(scratch, { recursive: true })
})
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(scratch, 'store-'))
})
const bytes = (text: string) => Buffer.from(text)
const visible = (inside: string) => readdirSync(inside).filter((name) => !name.startsWith('.'))
const collect = async (stream: Readable | null) => (stream === null ? null : Buffer.concat(await stream.toArray()))
async function keysOf(store: BlobStore, prefix: string) {
  const keys: string[] = []
  for await (const key of store.list(prefix)) keys.push(key)
  return keys.toSorted()
}
const s3 = () => createS3BlobStore({ ...bucket.settings, copies: { folder: path.join(folder, 'copies'), maxBytes: 1000 } })
/** Bytes that repeat nowhere near. */
const pattern = (size: number) => {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at + 4 <= size; at += 4) buffer.writeUInt32LE((at * 2_654_435_761) >>> 0, at)
  return buffer
}
const chunks = (buffer: Buffer, size = 100_000) =>
  Readable.from(Array.from({ length: Math.ceil(buffer.length / size) }, (_, at) => buffer.subarray(at * size, (at + 1) * size)))

/** What every store does. */
describe.each<[string, () => BlobStore]>([
  ['in a folder', () => createFsBlobStore(folder)],
  ['in a bucket', s3],
  ['with a cache', () => cacheBlobs(createFsBlobStore(folder), 1000)],
])('a store %s', (name, create) => {
  beforeEach(async () => {
    const store = create()
    for (const prefix of ['orgs/', 'a/', 'files/']) for await (const key of store.list(prefix)) await store.delete(key)
  })

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

  test('replaces what was put before, and keeps empty blobs', async () => {
    const store = create()
    await store.put('files/key', bytes('a long text'))
    expect(await store.get('files/key')).toEqual(bytes('a long text'))
    await store.put('files/key', bytes('short'))
    expect(await store.get('files/key')).toEqual(bytes('short'))
    await store.put('files/empty', bytes(''))
    expect(await store.get('files/empty')).toEqual(bytes(''))
  })

  test.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '..',
    '../a',
    'a/../b',
    'a/..',
    '.a',
    'a/.b',
    'a\\b',
    'a\0',
    'a\n',
    'e\u0301',
    '\ud800',
    'x'.repeat(256),
    'a/'.repeat(600) + 'a',
  ])('refuses the key %j', async (key) => {
    const store = create()
    await expect(async () => store.put(key, bytes('x'))).rejects.toThrow(TypeError)
    await expect(async () => store.putStream(key, Readable.from([bytes('x')]), 1)).rejects.toThrow(TypeError)
    await expect(async () => store.putFile(key, path.join(folder, 'none'))).rejects.toThrow(TypeError)
    await expect(async () => store.get(key)).rejects.toThrow(TypeError)
    await expect(async () => store.read(key)).rejects.toThrow(TypeError)
    await expect(async () => store.stat(key)).rejects.toThrow(TypeError)
    await expect(async () => store.borrow(key)).rejects.toThrow(TypeError)
    await expect(async () => store.delete(key)).rejects.toThrow(TypeError)
    expect(visible(folder)).toEqual([])
  })

  test.each(['Émile Zola – Germinal (1885).epub', '進撃の巨人 第01巻.cbz', 'a;b %2e%2e & "c" <d>?*#+.pdf', 'x'.repeat(255), '~$x', '-'])(
    'takes the name %j',
    async (file) => {
      const store = create()
      const key = `files/${file}`
      // This server of tests adds to the names of files.
      if (name === 'in a bucket' && (/["*?<]/.test(file) || file.length > 200)) return
      await store.putStream(key, Readable.from([bytes('text')]), 4)
      expect(await store.get(key)).toEqual(bytes('text'))
      expect(await keysOf(store, 'files/')).toEqual([key])
      await store.delete(key)
      expect(await store.stat(key)).toBeNull()
    },
  )

  test('takes streams, and answers their size and parts of them', async () => {
    const store = create()
    const content = pattern(5_000_000)
    await store.putStream('files/big', chunks(content), content.length)
    expect(await store.stat('files/big')).toMatchObject({ size: content.length, modifiedAt: expect.any(Date) })
    expect((await collect(await store.read('files/big')))?.equals(content)).toBe(true)
    expect((await collect(await store.read('files/big', { start: 0, end: 1 })))?.equals(content.subarray(0, 2))).toBe(true)
    expect(
      (await collect(await store.read('files/big', { start: 1_000_001, end: 3_999_999 })))?.equals(content.subarray(1_000_001, 4_000_000)),
    ).toBe(true)
    expect(await store.read('files/none')).toBeNull()
    expect(await store.stat('files/none')).toBeNull()
    const given = await store.read('files/big')
    given?.destroy()
    await store.putStream('files/nothing', Readable.from([]), 0)
    expect(await store.get('files/nothing')).toEqual(bytes(''))
  })

  test('writes nothing of a stream that ends early, goes on for too long or fails', async () => {
    const store = create()
    await store.put('files/key', bytes('before'))
    const failing = async function* () {
      yield bytes('half')
      await wait(5)
      throw new Error('cut off')
    }
    await expect(store.putStream('files/key', chunks(pattern(1000)), 1001)).rejects.toThrow(CutShort)
    await expect(store.putStream('files/key', chunks(pattern(1000)), 999)).rejects.toThrow(CutShort)
    await expect(store.putStream('files/key', Readable.from(failing()), 100)).rejects.toThrow('cut off')
    await expect(store.putStream('files/new', Readable.from(failing()), 100)).rejects.toThrow('cut off')
    // This server of tests keeps what came of a request that was broken off.
    if (name === 'in a bucket') return
    expect(await store.get('files/key')).toEqual(bytes('before'))
    expect(await keysOf(store, 'files/')).toEqual(['files/key'])
  })

  test('takes a file over', async () => {
    const store = create()
    const source = path.join(scratch, 'source')
    const content = pattern(70_000_000)
    writeFileSync(source, content)
    await store.putFile('files/moved', source)
    expect(readdirSync(scratch)).not.toContain('source')
    expect((await store.stat('files/moved'))?.size).toBe(content.length)
    expect(
      (await collect(await store.read('files/moved', { start: 60_000_000, end: 60_000_999 })))?.equals(
        content.subarray(60_000_000, 60_001_000),
      ),
    ).toBe(true)
    await expect(store.putFile('files/none', source)).rejects.toThrow()
    expect(await keysOf(store, 'files/')).toEqual(['files/moved'])
  })

  test('lends a file with the bytes', async () => {
    const store = create()
    await store.put('files/a b/Ü.txt', bytes('text'))
    const [one, two] = await Promise.all([store.borrow('files/a b/Ü.txt'), store.borrow('files/a b/Ü.txt')])
    for (const lent of [one, two]) expect(readFileSync(path.join(lent?.root ?? '', lent?.path ?? ''), 'utf8')).toBe('text')
    expect(one?.path.endsWith('/Ü.txt')).toBe(true)
    one?.release()
    two?.release()
    expect(await store.borrow('files/none')).toBeNull()
  })

  test('lists the keys below a prefix, each once, and no others', async () => {
    const store = create()
    const keys = ['orgs/a/covers/1/320.webp', 'orgs/a/covers/1/640.webp', 'orgs/a/logo/2.webp', 'orgs/ab/logo/3.webp']
    for (const key of keys) await store.put(key, bytes(key))
    expect(await keysOf(store, 'orgs/')).toEqual(keys)
    expect(await keysOf(store, 'orgs/a/')).toEqual(keys.slice(0, 3))
    expect(await keysOf(store, 'orgs/none/')).toEqual([])
    await expect(keysOf(store, 'orgs')).rejects.toThrow(TypeError)
    await expect(keysOf(store, '../')).rejects.toThrow(TypeError)
    for await (const key of store.list('orgs/')) await store.delete(key)
    expect(await keysOf(store, 'orgs/')).toEqual([])
    if (name !== 'in a bucket') expect(visible(folder)).toEqual([])
  })

  test('spares what was written since', async () => {
    const store = create()
    await store.put('a/old', bytes('old'))
    await store.delete('a/old', { writtenBefore: new Date(Date.now() - 60_000) })
    expect(await store.get('a/old')).toEqual(bytes('old'))
    await store.delete('a/old', { writtenBefore: new Date(Date.now() + 60_000) })
    await store.delete('a/none', { writtenBefore: new Date() })
    expect(await store.stat('a/old')).toBeNull()
  })

  test('writes while the folder is emptied', { timeout: 20_000 }, async () => {
    // This server of tests falls over its own folders.
    if (name === 'in a bucket') return
    const store = create()
    let writing = true
    const emptied = (async () => {
      while (writing) for await (const key of store.list('a/')) await store.delete(key)
    })()
    for (let i = 0; i < 100; i++) await store.put(`a/b/${i}`, bytes('x'))
    writing = false
    await emptied
  })

  test('shows the old or the new blob while it is replaced, never half of one', async () => {
    // This server of tests writes in place.
    if (name === 'in a bucket') return
    const store = create()
    const [small, large] = [Buffer.alloc(10, 'a'), Buffer.alloc(4_000_000, 'b')]
    await store.put('key', small)
    let writing = true
    const written = (async () => {
      for (let i = 0; i < 5; i++) for (const blob of [large, small]) await store.putStream('key', chunks(blob), blob.length)
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
    await Promise.all(['aaa', 'bbb', 'ccc'].map((text) => store.put('files/key', bytes(text))))
    expect(['aaa', 'bbb', 'ccc']).toContain(String(await store.get('files/key')))
    expect(await keysOf(store, 'files/')).toEqual(['files/key'])
  })
})

test('a write that fails leaves nothing behind, and one that was cut short goes with the next tidying', async () => {
  const store = createFsBlobStore(folder)
  mkdirSync(path.join(folder, 'taken/inside'), { recursive: true })
  await expect(store.put('taken', bytes('x'))).rejects.toMatchObject({ code: expect.stringMatching(/^E/) })
  expect(readdirSync(path.join(folder, '.tmp'))).toEqual([])
  writeFileSync(path.join(folder, '.tmp/half'), 'half')
  await store.tidy(new Date(Date.now() - 60_000))
  expect(readdirSync(path.join(folder, '.tmp'))).toEqual(['half'])
  await store.tidy(new Date(Date.now() + 60_000))
  expect(readdirSync(path.join(folder, '.tmp'))).toEqual([])
})

test('copies of a bucket are kept up to their size, and never taken from whoever holds them', async () => {
  const store = s3()
  const own = () => path.join(folder, 'copies', readdirSync(path.join(folder, 'copies'))[0] ?? '')
  for (const key of ['files/1', 'files/2', 'files/3']) await store.put(key, Buffer.alloc(600, key))
  const first = await store.borrow('files/1')
  const second = await store.borrow('files/2')
  expect(readdirSync(own())).toHaveLength(2)
  second?.release()
  await expect.poll(() => readdirSync(own()).length).toBe(1)
  expect(readFileSync(path.join(first?.root ?? '', first?.path ?? ''))).toHaveLength(600)
  first?.release()
  const again = await store.borrow('files/1')
  expect(again?.path).toBe(first?.path)
  again?.release()
  const third = await store.borrow('files/3')
  third?.release()
  await expect.poll(() => readdirSync(own()).length).toBe(1)
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
