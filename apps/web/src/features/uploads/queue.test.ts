import { ORPCError } from '@orpc/client'
import { expect, it, vi } from 'vitest'
import { UploadQueue, type NewFile } from './queue.ts'
import type { Transport } from './transport.ts'

const mb = 1024 * 1024
const file = (path: string, size = 100, more: Partial<NewFile> = {}): NewFile => ({
  file: new File([new Uint8Array(size)], path.split('/').at(-1) ?? '', { lastModified: 1 }),
  path,
  together: null,
  drop: 'd',
  ...more,
})

function setUp(over: Partial<Transport> = {}, kept = new Map<string, string>()) {
  const uploads = new Map<string, { size: number; received: number }>()
  let most = 0
  let sending = 0
  const transport: Transport = {
    begin: async (_library, { path, size }) => {
      if (!uploads.has(path)) uploads.set(path, { size, received: 0 })
      return { uploadId: path, offset: uploads.get(path)?.received ?? 0 }
    },
    offset: async (id) => uploads.get(id)?.received ?? null,
    send: async (id, start, bytes) => {
      most = Math.max(most, (sending += 1))
      await new Promise((resolve) => setTimeout(resolve, 1))
      sending -= 1
      const upload = uploads.get(id)
      if (upload?.received !== start) throw new ORPCError('OTHER_OFFSET', { status: 409 })
      return (upload.received += bytes.size)
    },
    end: async (id) => void uploads.delete(id),
    ...over,
  }
  const memory = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const waits: number[] = []
  const queue = new UploadQueue({ transport, libraryId: 'l', memory, onSent: () => {}, pause: async (ms) => void waits.push(ms) })
  return { queue, uploads, transport, waits, kept, most: () => most, states: () => queue.files().map(({ state }) => state) }
}

it('sends every file, three at a time, in parts', async () => {
  const { queue, uploads, states, most, kept } = setUp()
  queue.add(Array.from({ length: 7 }, (_, at) => file(`${at}.epub`, 3 * mb)))
  await vi.waitFor(() => expect(states()).toEqual(Array.from({ length: 7 }, () => 'sent')))
  expect(most()).toBe(3)
  for (const { size, received } of uploads.values()) expect(received).toBe(size)
  expect(kept.size).toBe(0)
})

it('goes on by itself where the line broke off', async () => {
  let cut = 3
  const set = setUp()
  const send = set.transport.send.bind(set.transport)
  set.transport.send = async (...args) => {
    if (cut-- > 0) throw new TypeError('network')
    return send(...args)
  }
  set.queue.add([file('a.epub', 5 * mb)])
  await vi.waitFor(() => expect(set.states()).toEqual(['sent']))
  expect(set.waits).toEqual([1000, 2000, 5000])
})

it('gives up what is refused, and tries it again when asked to', async () => {
  let full = true
  const set = setUp()
  const begin = set.transport.begin.bind(set.transport)
  set.transport.begin = (...args) => (full ? Promise.reject(new ORPCError('QUOTA_EXCEEDED', { status: 413 })) : begin(...args))
  set.queue.add([file('a.epub')])
  await vi.waitFor(() => expect(set.states()).toEqual(['failed']))
  full = false
  set.queue.resume(set.queue.files()[0]?.key ?? 0)
  await vi.waitFor(() => expect(set.states()).toEqual(['sent']))
})

it('pauses and goes on from there', async () => {
  const set = setUp()
  const send = set.transport.send.bind(set.transport)
  set.transport.send = async (id, start, bytes, signal) => {
    if (start > 0 && !set.kept.has('resumed'))
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    return send(id, start, bytes, signal)
  }
  set.queue.add([file('a.epub', 5 * mb)])
  await vi.waitFor(() => expect(set.queue.files()[0]?.sent).toBe(mb))
  set.queue.pause(1)
  expect(set.states()).toEqual(['paused'])
  set.kept.set('resumed', '')
  set.queue.resume(1)
  await vi.waitFor(() => expect(set.states()).toEqual(['sent']))
})

it('goes on after a reload when the same file is chosen again, and begins anew when the upload is gone', async () => {
  const first = setUp({ send: () => new Promise(() => {}) })
  first.queue.add([file('a.epub', 2 * mb)])
  await vi.waitFor(() => expect(first.kept.size).toBe(1))
  const begun = vi.fn<Transport['begin']>(async () => ({ uploadId: 'new', offset: 0 }))
  const second = setUp({ begin: begun, offset: async () => mb, send: async () => 2 * mb }, first.kept)
  second.queue.add([file('a.epub', 2 * mb)])
  await vi.waitFor(() => expect(second.states()).toEqual(['sent']))
  expect(begun).not.toHaveBeenCalled()
  const third = setUp(
    { begin: begun, offset: async () => null, send: async () => 2 * mb },
    new Map(first.kept).set('carrel.upload l 2097152 1 a.epub', 'old'),
  )
  third.queue.add([file('a.epub', 2 * mb)])
  await vi.waitFor(() => expect(third.states()).toEqual(['sent']))
  expect(begun).toHaveBeenCalledTimes(1)
})

it('takes no file twice, and gives up what is removed', async () => {
  const set = setUp({ send: () => new Promise(() => {}) })
  set.queue.add([file('a.epub'), file('a.epub')])
  await vi.waitFor(() => expect(set.uploads.size).toBe(1))
  expect(set.queue.files()).toHaveLength(1)
  await vi.waitFor(() => expect(set.queue.files()[0]?.uploadId).toBe('a.epub'))
  set.queue.remove(1)
  await vi.waitFor(() => expect(set.uploads.size).toBe(0))
  expect(set.queue.files()).toEqual([])
})

it('tells files of one name apart by their folders, and remembers what they were given with', async () => {
  const set = setUp({ send: () => new Promise(() => {}) })
  const discs = ['T/CD1/1.mp3', 'T/CD2/1.mp3'].map((path) => file(path, mb, { together: 'u', drop: 'first' }))
  set.queue.add(discs)
  set.queue.add(discs)
  await vi.waitFor(() => expect(set.uploads.size).toBe(2))
  const [one] = discs
  await vi.waitFor(() => expect(one && set.queue.dropOf(one.file, one.path)).toBe('first'))
  expect(one && set.queue.dropOf(one.file, '1.mp3')).toBeNull()
})

it('sends nothing of what is there already', async () => {
  const set = setUp({ begin: async () => ({ uploadId: 'known', offset: mb }), send: () => Promise.reject(new Error('sent')) })
  set.queue.add([file('T/1.mp3', mb, { together: 'u' })])
  await vi.waitFor(() => expect(set.states()).toEqual(['sent']))
})

it('keeps what the server said of each upload', async () => {
  const set = setUp()
  set.queue.add([file('a.epub')])
  await vi.waitFor(() => expect(set.states()).toEqual(['sent']))
  const upload = { id: 'a.epub', name: 'a.epub', size: 1, received: 1, problem: null, createdAt: '' }
  set.queue.note([{ ...upload, state: 'done', bookId: null }])
  expect(set.queue.files()[0]?.upload?.bookId).toBeNull()
  set.queue.note([{ ...upload, state: 'done', bookId: 'b' }])
  set.queue.note([])
  expect(set.queue.files()[0]?.upload?.bookId).toBe('b')
})

it('takes tens of thousands of files at once', async () => {
  const set = setUp({ begin: () => new Promise(() => {}) })
  const many = Array.from({ length: 40_000 }, (_, at) => file(`Shelf/${at}.epub`, 1))
  const started = performance.now()
  set.queue.add(many)
  set.queue.add(many)
  expect(performance.now() - started).toBeLessThan(2000)
  await vi.waitFor(() => expect(set.queue.files()).toHaveLength(40_000))
})
