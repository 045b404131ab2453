import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '@carrel/db'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
let owner: Person
let organization: string
beforeAll(async () => {
  server = await startTestServer()
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Faults', { owner: [owner] })).id
  await server.db.superuser`alter table book rename to gone`
})
afterAll(() => server[Symbol.asyncDispose]())

test.each([
  ['a procedure over REST', 'GET', () => `/api/v1/books/${newId()}`],
  ['a procedure over RPC', 'POST', () => '/rpc/books/get'],
  ['a cover', 'GET', () => `/files/${organization}/books/${newId()}/cover/320.webp`],
])('a fault of %s is logged once, with the id of the request, and not told', async (_what, method, path) => {
  server.logs.length = 0
  const body = method === 'POST' ? { json: { bookId: newId() } } : undefined
  const answer = await server.send(method, path(), { cookie: owner.cookie, organization, body, headers: { 'x-csrf-token': 'orpc' } })
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('relation')
  const faults = server.logs.filter((line) => line.includes('"err":')).map((line) => JSON.parse(line) as { id: string })
  expect(faults.map(({ id }) => id)).toEqual([answer.headers['x-request-id']])
})

test('a body that cannot be read is noted with the id of the request', async () => {
  const answer = await server.send('POST', '/rpc/books/get', {
    cookie: owner.cookie,
    organization,
    body: '{',
    headers: { 'x-csrf-token': 'orpc', 'content-type': 'application/json' },
  })
  expect(answer.status).toBe(400)
  const noted = server.logs.filter((line) => line.includes('not understood')).map((line) => JSON.parse(line) as { id: string })
  expect(noted.map(({ id }) => id)).toEqual([answer.headers['x-request-id']])
})
