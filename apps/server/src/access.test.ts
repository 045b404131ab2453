import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAuthPaths } from '@carrel/auth'
import { listProcedures, procedureRows } from './testing/access/rows.ts'
import { walkAccess } from './testing/access/walk.ts'
import { buildAccessWorld, type AccessWorld } from './testing/access/world.ts'
import { openEvents } from './testing/send.ts'
import { startTestServer, type TestServer } from './testing/server.ts'

let server: TestServer
let world: AccessWorld
const report = { doors: 0, cells: 0, failures: [] as string[] }

beforeAll(async () => {
  server = await startTestServer({ env: { DATABASE_POOL: '6' } })
  world = await buildAccessWorld(server)
})
afterAll(async () => {
  const folder = path.join(import.meta.dirname, '../../../reports')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'access-matrix.json'), `${JSON.stringify(report, null, 2)}\n`)
  await server[Symbol.asyncDispose]()
})

describe('the access matrix', () => {
  test('has a row for every procedure, and each procedure an address in the REST interface', () => {
    const procedures = listProcedures()
    expect(Object.keys(procedureRows).toSorted()).toEqual([...procedures.keys()].toSorted())
    for (const [name, { path: at }] of procedures) expect([name, at.startsWith('/')]).toEqual([name, true])
  })

  test('every procedure and every file, for every caller, does what its row says', { timeout: 400_000 }, async () => {
    const { doors, cells, failures } = await walkAccess(server, world)
    report.doors += doors
    report.cells += cells
    report.failures.push(...failures)
    expect(failures).toEqual([])
    expect(server.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})

test('covers and downloads that all callers ask for at the same moment go to each as they may have them', async () => {
  const { open, restricted, foreign } = world.places
  const asked = world.callers.flatMap((caller) =>
    [world.alpha.id, world.beta.id].flatMap((organization) =>
      [open, restricted, foreign].flatMap((place) => [
        { caller, organization, id: place.bookId, at: `/files/${organization}/books/${place.bookId}/cover/320.webp` },
        { caller, organization, id: place.fileId, at: `/files/${organization}/files/${place.fileId}` },
      ]),
    ),
  )
  for (let round = 0; round < 4; round++) {
    const order = asked.toSorted(() => Math.random() - 0.5)
    await Promise.all(
      order.map(async ({ caller, organization, id, at }) => {
        const answer = await server.send('GET', at, { cookie: caller.cookie, alone: true })
        const seen =
          caller.organization && world[caller.organization].id === organization
            ? caller.sees.find((place) => [place.bookId, place.fileId].includes(id))
            : undefined
        expect([caller.name, at, answer.status]).toEqual([caller.name, at, seen ? 200 : caller.known ? 404 : 401])
        if (seen) expect(answer.text.startsWith(seen.mark)).toBe(true)
        else expect(answer.text).not.toContain('CANARY')
      }),
    )
  }
})

describe('Better Auth', () => {
  type Endpoint = { path?: string; options?: { method?: string | string[] } }
  const endpoints = () =>
    Object.values(server.deps.auth.api as unknown as Record<string, Endpoint>).flatMap(({ path: at, options }) =>
      at ? [{ path: at.replaceAll(/:\w+/g, 'x'), methods: [options?.method ?? 'GET'].flat() }] : [],
    )

  test('has the paths that are open and many more', () => {
    const paths = new Set(endpoints().map((endpoint) => endpoint.path))
    for (const open of openAuthPaths.keys()) expect(paths).toContain(open)
    expect(paths.size).toBeGreaterThan(40)
  })

  test('serves over HTTP the open paths alone, and none by another method', { timeout: 60_000 }, async () => {
    const unknown = { status: 404, code: 'NOT_FOUND' }
    const doors = new Set([
      ...endpoints().map((endpoint) => endpoint.path),
      '/ok',
      '/error',
      '/reference',
      '/open-api/generate-schema',
      '/token',
      '/jwks',
    ])
    const callers = world.callers.filter((caller) => ['nobody', 'owner', 'operator'].includes(caller.name))
    for (const door of doors) {
      report.doors += 1
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
        if (openAuthPaths.get(door) === method) continue
        for (const caller of callers) {
          const answer = await server.send(method, `/api/auth${door}`, {
            cookie: caller.cookie,
            ...(method !== 'GET' && { body: { organizationId: world.alpha.id } }),
          })
          report.cells += 1
          expect([method, door, caller.name, { status: answer.status, code: (answer.json as { code?: string })?.code }]).toEqual([
            method,
            door,
            caller.name,
            unknown,
          ])
        }
      }
    }
  })

  test.each([
    ['/api/auth//organization/list'],
    ['/api/auth/organization%2Flist'],
    ['/api/auth/./organization/list'],
    ['/api/auth/get-session/../organization/list'],
    ['/api/auth/%2e%2e/auth/organization/list'],
    ['/api/auth/organization/list/'],
    ['/api/auth/get-session/../../auth/admin/list-users'],
    ['/API/AUTH/organization/list'],
    ['/api/auth/organization/list;x'],
    ['/api/auth/sign-out/../admin/list-users'],
  ])('does not open another by the spelling %s', async (spelling) => {
    const owner = world.callers.find((caller) => caller.name === 'operator')
    const answer = await server.send('GET', spelling, { cookie: owner?.cookie })
    expect(answer.text).not.toContain('CANARY')
    expect(answer.text).not.toContain('@example.org')
    if (answer.status === 200) expect(answer.headers['content-type']).toMatch(/^text\/html/)
  })

  test('tells of a session only to its holder', async () => {
    for (const caller of world.callers) {
      const answer = await server.send('GET', '/api/auth/get-session', { cookie: caller.cookie })
      report.cells += 1
      expect([caller.name, answer.status, answer.json === null]).toEqual([
        caller.name,
        200,
        !caller.known && caller.name !== 'banned owner',
      ])
    }
  })
})

describe('other surfaces', () => {
  /** Address patterns of the surfaces, as they stand in the code; each has its rows in this file or in the walk. */
  const known = [
    '*',
    '/',
    '/api',
    '/api/*',
    '/api/auth',
    '/api/v1',
    '/api/v1/',
    '/docs',
    '/docs/${name}',
    '/docs/start.js',
    '/files/',
    '/livez',
    '/readyz',
    '/rpc',
    '/rpc/',
    '/rpc/',
    '/rpc/*',
    '/v1/openapi.json',
  ]
  const open: [string, number, RegExp][] = [
    ['/livez', 200, /json/],
    ['/readyz', 200, /json/],
    ['/api/v1/openapi.json', 200, /json/],
    ['/api/docs', 200, /html/],
    ['/api/docs/start.js', 200, /javascript/],
    ['/api/docs/swagger-ui.css', 200, /css/],
    ['/api/docs/swagger-ui-bundle.js', 200, /javascript/],
    ['/', 200, /html/],
    ['/w/anything/books', 200, /html/],
    ['/setup?code=x', 200, /html/],
    ['/assets/app-1234.js', 200, /javascript/],
    ['/assets/no-such.js', 404, /json/],
    ['/api/v1/no-such', 404, /json/],
    ['/api/no-such', 404, /json/],
    ['/rpc/no/such', 404, /json/],
    ['/files/no/such', 404, /json/],
  ]

  test('are all known to this file', () => {
    const folder = path.join(import.meta.dirname, 'http')
    const sources = [path.join(import.meta.dirname, 'app.ts'), ...readdirSync(folder).map((file) => path.join(folder, file))].filter(
      (f) => !f.endsWith('.test.ts'),
    )
    const found = sources.flatMap((file) =>
      [
        ...readFileSync(file, 'utf8').matchAll(/(?:\.(?:get|post|put|patch|delete|all|route|mount)\(|\bprefix:)\s*['"`]([^'"`]+)['"`]/g),
      ].map((match) => match[1]),
    )
    expect(new Set(found)).toEqual(new Set(known))
  })

  test('answer alike to everybody, and name nobody', async () => {
    for (const [at, status, type] of open) {
      report.doors += 1
      for (const caller of world.callers) {
        const answer = await server.send('GET', at, { cookie: caller.cookie, organization: world.beta.id })
        report.cells += 1
        expect([at, caller.name, answer.status]).toEqual([at, caller.name, status])
        expect(String(answer.headers['content-type'])).toMatch(type)
        expect(answer.text).not.toContain('CANARY')
      }
    }
  })

  test('the OpenAPI description names every procedure once', async () => {
    const answer = await server.send('GET', '/api/v1/openapi.json')
    const described = answer.json as { openapi: string; paths: Record<string, Record<string, { operationId: string }>> }
    expect(described.openapi).toMatch(/^3\.1/)
    const operations = Object.values(described.paths).flatMap((methods) => Object.values(methods).map((operation) => operation.operationId))
    expect(operations.toSorted()).toEqual([...listProcedures().keys()].toSorted())
  })
})

describe('the event stream', () => {
  test('opens to those who are signed in, and carries to each what they see and nothing else', { timeout: 60_000 }, async () => {
    const streams = await Promise.all(
      world.callers.map(async (caller) => {
        const stream = await openEvents(server.port, caller.cookie)
        report.cells += 1
        expect([caller.name, stream.status]).toEqual([caller.name, caller.known ? 200 : 401])
        if (caller.known) await stream.until((event) => (event as { type: string }).type === 'hello')
        return { caller, stream }
      }),
    )
    report.doors += 1
    try {
      const scan = (caller: AccessWorld['people']['owner'], organization: string, libraryId: string) =>
        server.send('POST', `/api/v1/libraries/${libraryId}/scan`, { cookie: caller.cookie, organization })
      const { restricted, foreign, open } = world.places
      for (const answer of [
        await scan(world.people.outsider, world.beta.id, foreign.libraryId),
        await scan(world.people.owner, world.alpha.id, restricted.libraryId),
        await scan(world.people.owner, world.alpha.id, open.libraryId),
      ])
        expect(answer.status).toBe(200)
      type Heard = { type: string; organizationId: string; scan?: { libraryId: string } }
      for (const { caller, stream } of streams.filter(({ caller: { known } }) => known)) {
        const expected = caller.sees.filter((place) => [restricted, foreign, open].includes(place)).map((place) => place.libraryId)
        await Promise.all(expected.map((id) => stream.until((event) => (event as Heard).scan?.libraryId === id)))
        // Whoever sees none waits as long as the others did.
        if (expected.length === 0) await new Promise((resolve) => setTimeout(resolve, 300))
        const heard = (stream.events as Heard[]).filter((event) => event.type !== 'hello')
        expect([caller.name, [...new Set(heard.flatMap((event) => event.scan?.libraryId ?? []))].toSorted()]).toEqual([
          caller.name,
          expected.toSorted(),
        ])
        for (const event of heard)
          expect([caller.name, event.organizationId]).toEqual([caller.name, caller.organization && world[caller.organization].id])
        const may = caller.sees.map((place) => place.mark)
        for (const mark of stream.raw().match(/[A-Z]+-[A-Z]+-CANARY/g) ?? [])
          expect([caller.name, may]).toEqual([caller.name, expect.arrayContaining([mark])])
      }
    } finally {
      for (const { stream } of streams) await stream[Symbol.asyncDispose]()
    }
  })
})
