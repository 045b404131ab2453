import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addMember,
  assignRoot,
  makeOrganization,
  makePerson,
  setUp,
  startTestServer,
  tempDir,
  type Person,
  type TestServer,
} from './testing/server.ts'

let server: TestServer
let owner: Person
let organization: string
const outside = tempDir()
const isRoot = process.getuid?.() === 0
const at = (...parts: string[]) => path.join(server.root, ...parts)

beforeAll(async () => {
  server = await startTestServer()
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Folders', { owner: [owner] })).id
  for (const folder of ['mine/novels/old', 'mine/.hidden', 'mine/吾輩', "mine/it's 100%", 'other', 'mine-too'])
    mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('mine/novels/one.epub'), 'x')
  writeFileSync(at('mine/novels/notes.txt'), 'x')
  symlinkSync(outside, at('mine/link-out'))
  symlinkSync(at('mine/novels'), at('mine/link-in'))
  await assignRoot(server, organization, at('mine'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(outside, { recursive: true, force: true })
})

const list = (folder: string) =>
  server.send('GET', `/api/v1/folders?path=${encodeURIComponent(folder)}`, { cookie: owner.cookie, organization })
const create = (folders: unknown, name = `Library ${Math.random()}`) =>
  server.send('POST', '/api/v1/libraries', { cookie: owner.cookie, organization, body: { name, folders } })
const said = (answer: { status: number; json: unknown }) => [answer.status, (answer.json as { code?: string }).code]

describe('the folder picker', () => {
  test('shows the folders inside a root, not what hides, and counts the books', async () => {
    const answer = await list(at('mine'))
    expect(answer.json).toMatchObject({ path: at('mine'), parent: null, books: 0, truncated: false })
    const names = (answer.json as { folders: { name: string; readable: boolean }[] }).folders
    expect(names.map((folder) => folder.name).toSorted()).toEqual(["it's 100%", 'novels', '吾輩'])
    expect((await list(at('mine/novels'))).json).toMatchObject({ parent: at('mine'), books: 1, folders: [{ name: 'old', readable: true }] })
  })

  test('tells which folders libraries have already, of those that one sees', async () => {
    const other = (await makeOrganization(server, 'Taken', { owner: [owner] })).id
    await assignRoot(server, other, at('mine/novels'))
    const as = { cookie: owner.cookie, organization: other }
    const taken = async (organizationId = other) => {
      const { json } = await server.send('GET', '/api/v1/folders/roots', { ...as, organization: organizationId })
      return (json as { taken: object[] }[]).flatMap((root) => root.taken)
    }
    expect(await taken()).toEqual([])
    const made = await server.send('POST', '/api/v1/libraries', { ...as, body: { name: 'Old ones', folders: [at('mine/novels/old')] } })
    const { id: libraryId } = made.json as { id: string }
    expect(await taken()).toEqual([{ path: at('mine/novels/old'), libraryId, library: 'Old ones' }])
    expect(JSON.stringify(await taken(organization))).not.toContain('Old ones')
    // It is said, and not refused.
    const again = await server.send('POST', '/api/v1/libraries', { ...as, body: { name: 'All', folders: [at('mine/novels')] } })
    expect(again.status, again.text).toBe(200)
  })

  const elsewhere: [string, () => string][] = [
    ['a folder beside the root', () => at('other')],
    ['a folder whose name begins like the root', () => at('mine-too')],
    ['the folder above', () => server.root],
    ['a way up', () => `${at('mine')}/../other`],
    ['a long way up', () => `${at('mine')}/../../../../../../etc`],
    ['a link out', () => at('mine/link-out')],
    ['the root of all', () => '/'],
    ['the system', () => '/etc'],
    ['the processes', () => '/proc/self/root/etc'],
    ['the data folder of the server', () => server.dataDir],
    ['a relative path', () => 'mine'],
    ['what is missing behind a link out', () => at('mine/link-out/none')],
    ['a folder that is not there', () => at('nowhere-at-all')],
    ['an address', () => `file://${at('mine')}`],
  ]
  test.each(elsewhere)('does not show %s, nor tell whether it is there', async (_what, folder) => {
    const [shown, made, none] = [await list(folder()), await create([folder()]), await list(at('nowhere'))]
    expect([said(shown), said(made)]).toEqual([
      [403, 'FOLDER_NOT_ALLOWED'],
      [403, 'FOLDER_NOT_ALLOWED'],
    ])
    expect(shown.text).toBe(none.text)
  })

  test.each([
    ['a folder that was removed', () => at('mine/none')],
    ['a name with a line break', () => at('mine/no\nvels')],
    ['a long name', () => at('mine', 'x'.repeat(3000))],
  ])('says of %s inside a root that it is not there', async (_what, folder) => {
    for (const answer of [await list(folder()), await create([folder()])]) expect(said(answer)).toEqual([422, 'FOLDER_UNREADABLE'])
  })

  test.each([
    ['NUL', () => `${at('mine')}\0`],
    ['nothing', () => ''],
    ['5,000 characters', () => at('mine', 'x'.repeat(5000))],
    ['half a character', () => `${at('mine')}\ud800`],
  ])('refuses a path of %s', async (_what, folder) => {
    const made = await create([folder()])
    expect(made.status).toBe(400)
    // A query string cannot carry half a character; it arrives as a sign of its own.
    if (folder().isWellFormed()) expect((await list(folder())).status).toBe(400)
  })

  test('follows a link that stays inside', async () => {
    expect((await list(at('mine/link-in'))).json).toMatchObject({ path: at('mine/novels') })
  })

  test('says so of a file, and of a folder that it may not read', async () => {
    expect(said(await list(at('mine/novels/one.epub')))).toEqual([422, 'FOLDER_UNREADABLE'])
    expect(said(await create([at('mine/novels/one.epub')]))).toEqual([422, 'FOLDER_UNREADABLE'])
    if (isRoot) return
    mkdirSync(at('mine/closed'))
    chmodSync(at('mine/closed'), 0)
    expect(said(await list(at('mine/closed')))).toEqual([422, 'FOLDER_UNREADABLE'])
    expect(said(await create([at('mine/closed')]))).toEqual([422, 'FOLDER_UNREADABLE'])
    chmodSync(at('mine/closed'), 0o755)
    rmSync(at('mine/closed'), { recursive: true })
  })
})

describe('a new library', () => {
  test('takes no folder twice, none inside another, and no list without one', async () => {
    expect(said(await create([at('mine/novels'), at('mine/novels')]))).toEqual([422, 'FOLDER_OVERLAPS'])
    expect(said(await create([at('mine'), at('mine/novels')]))).toEqual([422, 'FOLDER_OVERLAPS'])
    expect(said(await create([at('mine/link-in'), at('mine/novels/old')]))).toEqual([422, 'FOLDER_OVERLAPS'])
    for (const folders of [[], undefined, 'x', [1], Array.from({ length: 21 }, () => at('mine'))])
      expect((await create(folders)).status).toBe(400)
  })

  test('has a name of its own in its workspace', async () => {
    expect((await create([at('mine/novels')], 'Novels')).status).toBe(200)
    expect(said(await create([at('mine/novels')], 'Novels'))).toEqual([409, 'NAME_TAKEN'])
    const two = await Promise.all([1, 2].map(() => create([at('mine/novels')], 'At once')))
    expect(two.map((answer) => String(answer.status)).toSorted()).toEqual(['200', '409'])
  })

  test('is kept on the real path, so that a link swapped later changes nothing', async () => {
    const made = (await create([at('mine/link-in')])).json as { id: string }
    const answer = await server.send('GET', `/api/v1/libraries/${made.id}`, { cookie: owner.cookie, organization })
    expect(answer.json).toMatchObject({ folders: [{ path: at('mine/novels'), available: true }] })
  })

  test('can be taken out of sight only by who still sees it then', async () => {
    const librarian = await makePerson(server, 'Librarian')
    await addMember(server, organization, librarian, 'librarian')
    const made = (await create([at('mine/novels')])).json as { id: string }
    const hide = (who: Person) =>
      server.send('PATCH', `/api/v1/libraries/${made.id}`, { cookie: who.cookie, organization, body: { visibility: 'restricted' } })
    expect(said(await hide(librarian))).toEqual([403, 'FORBIDDEN'])
    expect((await hide(owner)).status).toBe(200)
    expect((await hide(librarian)).status).toBe(404)
  })
})

describe('the operator', () => {
  test('opens parts of the allowed folders to a workspace and closes them again, and nothing else', async () => {
    const account = await setUp(server)
    const signedIn = await server.send('POST', '/api/auth/sign-in/email', { body: account })
    const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0]
    const call = (what: string, body: object) => server.send('POST', `/api/v1/instance/roots/${what}`, { cookie, body })
    const target = (await makeOrganization(server, 'Given', { owner: [owner] })).id
    const roots = async () => (await server.send('GET', '/api/v1/folders/roots', { cookie: owner.cookie, organization: target })).json
    expect(await roots()).toEqual([])
    expect((await call('assign', { organizationId: target, path: at('mine/novels') })).status).toBe(200)
    expect((await call('assign', { organizationId: target, path: at('mine/novels') })).status).toBe(200)
    expect(await roots()).toMatchObject([{ path: at('mine/novels'), available: true }])
    const linked = await call('assign', { organizationId: target, path: at('mine/link-in') })
    expect([...said(linked), (linked.json as { message: string }).message]).toEqual([
      422,
      'FOLDER_IS_LINK',
      `A link leads from here to another folder. Open that one instead: ${at('mine/novels')}`,
    ])
    expect((await call('assign', { organizationId: target, path: `${at('mine')}/./novels/` })).status).toBe(200)
    expect(await roots()).toMatchObject([{ path: at('mine/novels') }])
    for (const folder of [outside, '/etc', at('mine/link-out'), `${at('mine')}/../..`]) {
      expect(said(await call('assign', { organizationId: target, path: folder }))).toEqual([403, 'FOLDER_NOT_ALLOWED'])
    }
    const other = (await makeOrganization(server, 'Also given')).id
    expect((await call('assign', { organizationId: other, path: at('mine/novels') })).status).toBe(200)
    expect((await call('unassign', { organizationId: target, path: at('mine/novels') })).status).toBe(200)
    expect(await roots()).toEqual([])
    expect(await server.db.superuser`select from root_assignment where organization_id = ${other}`).toHaveLength(1)
  })
})

describe('a link put in the place of an assigned folder', () => {
  const swap = (folder: string, target: string) => {
    renameSync(folder, `${folder}-before`)
    symlinkSync(target, folder)
    return () => {
      rmSync(folder)
      renameSync(`${folder}-before`, folder)
    }
  }

  test.each([
    ['itself', 'shared/given'],
    ['the folder above it', 'shared'],
    ['the allowed folder', ''],
  ])('opens no other allowed folder: %s', async (_what, swapped) => {
    const [base, secret] = [tempDir(), tempDir()]
    const given = path.join(base, 'allowed/shared/given')
    mkdirSync(given, { recursive: true })
    mkdirSync(path.join(secret, 'shared/given'), { recursive: true })
    for (const folder of ['.', 'shared', 'shared/given']) {
      mkdirSync(path.join(secret, folder, 'private'))
      writeFileSync(path.join(secret, folder, 'secret.epub'), 'x')
    }
    try {
      await using other = await startTestServer({ roots: [path.join(base, 'allowed'), secret] })
      const reader = await makePerson(other, 'Reader')
      const target = (await makeOrganization(other, 'Swapped', { owner: [reader] })).id
      await assignRoot(other, target, given)
      const as = { cookie: reader.cookie, organization: target }
      const shown = () => other.send('GET', `/api/v1/folders?path=${encodeURIComponent(given)}`, as)
      const made = (name: string) => other.send('POST', '/api/v1/libraries', { ...as, body: { name, folders: [given] } })
      const available = async () => (await other.send('GET', '/api/v1/folders/roots', as)).json
      const library = (await made('Before')).json as { id: string }
      const folders = async () => (await other.send('GET', `/api/v1/libraries/${library.id}`, as)).json
      expect((await shown()).status).toBe(200)
      expect(await folders()).toMatchObject({ folders: [{ available: true }] })

      const restore = swap(path.join(base, 'allowed', swapped), path.join(secret, swapped))
      expect(said(await shown())).toEqual([403, 'FOLDER_NOT_ALLOWED'])
      expect((await shown()).text).not.toContain('private')
      expect(said(await made('After'))).toEqual([403, 'FOLDER_NOT_ALLOWED'])
      expect(await available()).toMatchObject([{ path: given, available: false }])
      expect(await folders()).toMatchObject({ folders: [{ available: false }] })
      await other.startWorker(1)
      await expect
        .poll(async () => ((await folders()) as { scan: { status: string } }).scan, { timeout: 20_000 })
        .toMatchObject({ status: 'failed', error: expect.stringContaining(given), found: 0 })

      restore()
      expect((await shown()).status).toBe(200)
      expect(await available()).toMatchObject([{ path: given, available: true }])
    } finally {
      for (const folder of [base, secret]) rmSync(folder, { recursive: true, force: true })
    }
  })

  test('is followed where the operator named it so, and to where it led at the start', async () => {
    const base = tempDir()
    const real = path.join(base, 'disk')
    const named = path.join(base, 'books')
    mkdirSync(real)
    symlinkSync(real, named)
    try {
      await using other = await startTestServer({ roots: [named] })
      const account = await setUp(other)
      const signedIn = await other.send('POST', '/api/auth/sign-in/email', { body: account })
      const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0]
      const first = (await other.send('POST', '/api/v1/organizations', { cookie, body: { name: 'First' } })).json as { id: string }
      const roots = async () => (await other.send('GET', '/api/v1/instance/roots', { cookie })).json
      expect(await roots()).toMatchObject([{ path: real, available: true, organizations: [{ id: first.id, open: true }] }])
      expect((await other.send('GET', '/api/v1/folders/roots', { cookie, organization: first.id })).json).toMatchObject([
        { path: real, available: true },
      ])
    } finally {
      rmSync(base, { recursive: true, force: true })
    }
  })
})
