import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

let server: TestServer
let owner: Person
let organization: string

beforeAll(async () => {
  server = await startTestServer({ worker: 2 })
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Storms', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
})
afterAll(() => server[Symbol.asyncDispose]())

const call = (method: string, at: string, body?: object) =>
  server.send(method, `/api/v1${at}`, { cookie: owner.cookie, organization, ...(body && { body }) })

async function makeLibrary(name: string, books: number) {
  const [at, other] = [path.join(server.root, name), path.join(server.root, `${name} other`)]
  mkdirSync(at)
  mkdirSync(other)
  for (let i = 0; i < books; i += 1) {
    const title = `${name} ${i}`
    writeFileSync(path.join(at, `${i}.epub`), buildEpub({ title, identifier: `urn:x:${title}`, creators: ['A Writer'] }))
  }
  const made = await call('POST', '/libraries', { name, folders: [at] })
  expect(made.status, made.text).toBe(200)
  const { id } = made.json as { id: string }
  await scanned(server, owner, organization, id)
  const listed = await call('GET', `/books?limit=100&sort=title&libraryId=${id}`)
  return { id, at, other, books: (listed.json as { items: { id: string }[] }).items.map((book) => book.id) }
}

const rounds = 6

test('a library that is deleted amid everything that can be done in it gives no fault', { timeout: 240_000 }, async () => {
  const seen = new Map<string, number>()
  const faults: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const library = await makeLibrary(`Storm ${round}`, 40)
    const { id, books } = library
    const pick = (n: number) => books[(n * 7 + round) % books.length] ?? ''
    const changes: string[] = []
    let over = false
    const note = async (what: string, sent: ReturnType<typeof call>) => {
      const { status, text, json } = await sent
      seen.set(`${what} ${status}`, (seen.get(`${what} ${status}`) ?? 0) + 1)
      if (status >= 500) faults.push(`${what}: ${text.slice(0, 200)}`)
      const { changeId } = (json ?? {}) as { changeId?: string }
      if (changeId) changes.push(changeId)
      if (status === 404 && what === 'scan') over = true
    }
    const again = async (deed: (n: number) => Promise<void>) => {
      for (let n = 0; !over && n < 200; n += 1) await deed(n)
    }
    const storm = [
      again((n) => note('scan', call('POST', `/libraries/${id}/scan`, n % 2 ? {} : { bookId: pick(n) }))),
      again((n) => note('edit', call('PATCH', `/books/${pick(n)}`, { set: { title: `Title ${n}` }, clear: n % 3 ? [] : ['cover'] }))),
      again((n) => note('edit many', call('POST', '/books/update', { bookIds: [pick(n), pick(n + 1)], set: { publisher: `P ${n}` } }))),
      again((n) => note('merge', call('POST', `/books/${pick(n)}/merge`, { sourceIds: [pick(n + 3)] }))),
      again(async () => {
        const changeId = changes.shift()
        if (changeId) await note('undo', call('POST', `/books/changes/${changeId}/undo`))
        else await wait(5)
      }),
      again((n) => note('tell apart', call('POST', `/libraries/${id}/duplicates/tell-apart`, { bookIds: [pick(n), pick(n + 1)] }))),
      again((n) => note('mark', call('POST', '/reading/mark', { bookId: pick(n), status: n % 2 ? 'finished' : 'unread' }))),
      again(async (n) => {
        rmSync(path.join(library.at, `${n % books.length}.epub`), { force: true })
        await note('confirm', call('POST', `/libraries/${id}/scan`, { confirm: true }))
        await note('remove missing', call('POST', `/libraries/${id}/missing/remove`, {}))
        await note('retry', call('POST', `/libraries/${id}/problems/retry`, {}))
      }),
      again(async () => {
        await note('add folder', call('POST', `/libraries/${id}/folders`, { path: library.other }))
        const { json } = await call('GET', `/libraries/${id}`)
        const added = ((json as { folders?: { id: string; path: string }[] }).folders ?? []).find(({ path: at }) => at === library.other)
        if (added) await note('remove folder', call('DELETE', `/libraries/${id}/folders/${added.id}`))
      }),
      again((n) => note('settings', call('PATCH', `/libraries/${id}`, { precedence: n % 2 ? ['file', 'sidecar'] : ['sidecar', 'file'] }))),
    ]
    await wait(700 + round * 150)
    await Promise.all([note('delete', call('DELETE', `/libraries/${id}`)), note('delete', call('DELETE', `/libraries/${id}`))])
    await Promise.all(storm)
  }
  expect(server.logs.filter((line) => (JSON.parse(line) as { level: number }).level >= 50)).toEqual([])
  expect(faults, JSON.stringify([...seen])).toEqual([])
  expect(seen.get('delete 200'), JSON.stringify([...seen])).toBe(rounds)
  for (const deed of ['scan', 'edit', 'merge']) expect(seen.get(`${deed} 200`), JSON.stringify([...seen])).toBeGreaterThan(0)
})

test('a library that is held for long stops nobody but those who write to it, who hear of it soon', { timeout: 60_000 }, async () => {
  const { id, books } = await makeLibrary('Held', 3)
  const held = server.db.superuser.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('app.library ' || ${id}::uuid, 0))`
    const answers = await Promise.all(books.map((bookId) => call('POST', '/reading/mark', { bookId, status: 'finished' })))
    expect((await call('GET', `/libraries/${id}`)).status).toBe(200)
    return answers
  })
  for (const answer of await held) {
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBe('5')
  }
  expect((await call('POST', '/reading/mark', { bookId: books[0], status: 'finished' })).status).toBe(200)
})
