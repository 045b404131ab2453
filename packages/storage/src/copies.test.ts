import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createCopies } from './copies.ts'
import { createFsBlobStore } from './fs.ts'

const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'carrel-copies-')))
const folder = path.join(scratch, 'copies')
afterEach(() => {
  vi.useRealTimers()
  rmSync(scratch, { recursive: true })
})

const dayMs = 24 * 3_600_000

test('copies of a process that lives stay, or are fetched again', async () => {
  const store = createFsBlobStore(path.join(scratch, 'blobs'))
  await store.put('a/one', Buffer.from('one'))
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const [first, second, third] = [0, 1, 2].map(() => createCopies({ folder, maxBytes: 1000 }, store))
  const read = async (copies = first) => {
    const held = await copies?.borrow('a/one')
    if (!held) throw new Error('none')
    const text = readFileSync(path.join(held.root, held.path), 'utf8')
    held.release()
    return { text, root: held.root }
  }
  const { root } = await read()
  const old = new Date(Date.now() - 2 * dayMs)
  utimesSync(root, old, old)
  await vi.advanceTimersByTimeAsync(3_600_000)
  await read(second)
  expect(readdirSync(folder)).toContain(path.basename(root))
  // Its sign was not seen, as after a clock that jumped.
  utimesSync(root, old, old)
  await read(third)
  expect(readdirSync(folder)).not.toContain(path.basename(root))
  expect((await read()).text).toBe('one')
})
