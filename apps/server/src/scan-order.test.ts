import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { registerScans } from '@carrel/api'
import { createReaderPool, type ReaderPool } from '@carrel/formats'
import { buildEpub } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

/** Lets the readers answer for these files in this order, whichever was read first. */
function answerInOrder(readers: ReaderPool, order: readonly string[]): void {
  const turns = order.map(() => Promise.withResolvers<void>())
  const read = readers.read.bind(readers)
  readers.read = async (file, options) => {
    const result = await read(file, options)
    const at = order.indexOf(path.basename(file.path))
    if (at > 0) await turns[at - 1]?.promise
    // What waits for this answer gets it first.
    if (at >= 0) setTimeout(() => turns[at]?.resolve(), 20)
    return result
  }
}

test.each([
  ['b.epub', 'a.epub', 'c.epub'],
  ['a.epub', 'b.epub', 'c.epub'],
  ['c.epub', 'b.epub', 'a.epub'],
  ['b.epub', 'c.epub', 'a.epub'],
])('content that moves while copies take its place stays its book, and they are one, read as %s, %s, %s', async (...order) => {
  await using server = await startTestServer()
  const owner = await makePerson(server, 'Owner')
  const organization = (await makeOrganization(server, 'Order', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
  const readers = createReaderPool({ size: 1 })
  const stopping = new AbortController()
  await registerScans(server.deps.boss, { ...server.deps, readers, settleMs: 0, turnMs: 60_000 }, stopping.signal)
  try {
    const shelf = path.join(server.root, 'shelf')
    mkdirSync(shelf)
    const at = (name: string) => path.join(shelf, name)
    writeFileSync(at('b.epub'), buildEpub({ title: 'Moved' }))
    const login = { cookie: owner.cookie, organization }
    const made = await server.send('POST', '/api/v1/libraries', { ...login, body: { name: 'Order', folders: [shelf] } })
    const library = (made.json as { id: string }).id
    await scanned(server, owner, organization, library)
    const booksByFile = async () =>
      new Map(
        (
          await server.db.superuser<{ path: string; book: string }[]>`
            select path, book_id as book from library_file where library_id = ${library} and missing_at is null`
        ).map((row) => [row.path, row.book]),
      )
    const before = (await booksByFile()).get('b.epub')
    renameSync(at('b.epub'), at('c.epub'))
    for (const name of ['a.epub', 'b.epub']) writeFileSync(at(name), buildEpub({ title: 'A longer title, which came instead' }))
    answerInOrder(readers, order)
    await server.send('POST', `/api/v1/libraries/${library}/scan`, { ...login, body: {} })
    await scanned(server, owner, organization, library)
    const after = await booksByFile()
    expect(after.get('c.epub')).toBe(before)
    expect(after.get('a.epub')).toBe(after.get('b.epub'))
    expect(after.get('a.epub')).not.toBe(before)
    expect(after.size).toBe(3)
  } finally {
    stopping.abort()
    await server.deps.boss.stop({ graceful: false }).catch(() => {})
    await readers.stop()
  }
})
