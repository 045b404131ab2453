import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coverKey, runTidy } from '@carrel/api'
import { newId } from '@carrel/db'
import { fillRows, freshPlace, insertRow, placeRows, tenantTables, type Place } from '@carrel/db/testing'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

const dayMs = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * dayMs)
let server: TestServer
let owner: Person
let superuser: TestServer['db']['superuser']

beforeAll(async () => {
  server = await startTestServer({ env: { ROLE: 'web' } })
  superuser = server.db.superuser
  owner = await makePerson(server, 'Owner')
})
afterAll(() => server[Symbol.asyncDispose]())

const tidy = () => runTidy(server.deps, new AbortController().signal)
const picture = (key: string) => path.join(server.dataDir, 'blobs', key)
const hashOf = (place: Place) => String(placeRows.book(place)[0]?.cover_hash)

/** A workspace with a row in every table, a cover and a logo. */
async function makeFull(name: string, deletedAt: Date | null): Promise<Place> {
  const { id } = await makeOrganization(server, name, { owner: [owner] })
  const place = freshPlace(id, name.toUpperCase())
  await fillRows(superuser, place, [owner.id], ['member_role', 'library_access'])
  const logo = 'ab'.repeat(32)
  await server.deps.blobs.put(coverKey(id, hashOf(place), 320), Buffer.from(name))
  await server.deps.blobs.put(`orgs/${id}/logo/${logo}.webp`, Buffer.from(name))
  await superuser`update organization set logo = ${logo}, deleted_at = ${deletedAt} where id = ${id}`
  return place
}
/** Every row of a workspace, in all tables that have its id. */
async function rowsOf(organizationId: string): Promise<number> {
  const counts = [...tenantTables, 'member', 'invitation', 'organization_slug'].map(
    (table) => `(select count(*) from "${table}" where organization_id = '${organizationId}')`,
  )
  const [row] = await superuser.unsafe<{ n: number }[]>(
    `select (${counts.join(' + ')} + (select count(*) from organization where id = '${organizationId}'))::int as n`,
  )
  return row?.n ?? -1
}
const age = (key: string, days = 2) => utimesSync(picture(key), ago(days), ago(days))

describe('a workspace', () => {
  test('goes with all rows and files seven days after its deletion, and nothing of another goes', async () => {
    const [living, fresh, ended] = [await makeFull('Living', null), await makeFull('Fresh', ago(6.9)), await makeFull('Ended', ago(7.1))]
    const before = await Promise.all([living, fresh].map((place) => rowsOf(place.organizationId)))
    expect(before[0]).toBeGreaterThan(tenantTables.length)
    await tidy()
    expect(await rowsOf(ended.organizationId)).toBe(0)
    expect(existsSync(picture(`orgs/${ended.organizationId}`))).toBe(false)
    expect(await Promise.all([living, fresh].map((place) => rowsOf(place.organizationId)))).toEqual(before)
    for (const { organizationId } of [living, fresh])
      expect(readdirSync(picture(`orgs/${organizationId}`)).toSorted()).toEqual(['covers', 'logo'])
    expect(server.logs.some((line) => line.includes('workspace purged') && line.includes(ended.organizationId))).toBe(true)
    expect(await superuser`select from "user" where id = ${owner.id}`).toHaveLength(1)
  })

  test('that is not over lets no row go, whoever calls the gate', async () => {
    const { organizationId } = await makeFull('Safe', ago(6))
    const rows = await rowsOf(organizationId)
    const app = server.db.login('carrel_app')
    expect(await app`select app.purge_organization(${organizationId}, 100000) as gone`).toEqual([{ gone: 0 }])
    expect(await app`select app.forget_organization(${organizationId}) as gone`).toEqual([{ gone: false }])
    const entered = app.begin(async (tx) => {
      await tx`select app.enter(${owner.token}, 'organization', ${(await makeFull('Entered', null)).organizationId})`
      await tx`select app.purge_organization(${organizationId}, 1)`
    })
    await expect(entered).rejects.toMatchObject({ code: '42501' })
    expect(await rowsOf(organizationId)).toBe(rows)
  })

  test('of many books goes in small steps, is taken up again after SIGKILL, and holds up nobody', { timeout: 60_000 }, async () => {
    const { organizationId, libraryId } = await makeFull('Large', ago(8))
    await superuser`insert into book (organization_id, id, library_id, title, sort_title, languages, layout, authors, author_sort, formats, search_text, added_at, updated_at)
      select ${organizationId}, gen_random_uuid(), ${libraryId}, 'B', 'b', '{en}', 'reflowable', '{A}', 'a', '{epub}', 'b', now(), now() from generate_series(1, 12000)`
    const count = async () =>
      (await superuser<{ n: number }[]>`select count(*)::int as n from book where organization_id = ${organizationId}`)[0]?.n ?? 0
    const program = `
      import { createTransact, connect } from '@carrel/db'
      import { runTidy } from '@carrel/api'
      import { createFsBlobStore } from '@carrel/storage'
      const { target, user, password, blobs } = JSON.parse(process.argv[1])
      const quiet = () => {}
      const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
      await runTidy({ transact: createTransact(connect(target, { user, password })), blobs: createFsBlobStore(blobs), log, settings: { dataDir: blobs } }, new AbortController().signal)`
    const { user, pass: password } = server.db.login('carrel_app').options
    const options = {
      target: server.db.target,
      user,
      password,
      blobs: picture(''),
    }
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(options)], {
      cwd: path.join(import.meta.dirname, '..'),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    while ((await count()) > 11_000) await wait(5)
    child.kill('SIGKILL')
    const left = await count()
    expect(left).toBeGreaterThan(0)
    await tidy()
    expect(await rowsOf(organizationId)).toBe(0)
    expect(existsSync(picture(`orgs/${organizationId}`))).toBe(false)
  })

  test('whose files cannot be removed yet is found again', async () => {
    const { organizationId } = await makeFull('Stuck', ago(8))
    const blobs = { ...server.deps.blobs, delete: () => Promise.reject(new Error('disk full')) }
    await expect(runTidy({ ...server.deps, blobs }, new AbortController().signal)).rejects.toThrow('disk full')
    expect(await rowsOf(organizationId)).toBeGreaterThan(0)
    await tidy()
    expect(await rowsOf(organizationId)).toBe(0)
    expect(existsSync(picture(`orgs/${organizationId}`))).toBe(false)
  })
})

describe('what is over goes, and what is not stays', () => {
  test('sessions, verifications and counts of requests', async () => {
    const session = (days: number) => ({ id: newId(), user_id: owner.id, token: newId(), expires_at: ago(days) })
    const verification = (days: number) => ({ id: newId(), identifier: 'x', value: 'y', expires_at: ago(days) })
    const rate = (days: number) => ({ id: newId(), key: newId(), count: 1, last_request: String(ago(days).getTime()) })
    const made = { session: [session(1), session(-1)], verification: [verification(1), verification(-1)], rate_limit: [rate(2), rate(0.5)] }
    for (const [table, rows] of Object.entries(made)) for (const row of rows) await insertRow(superuser, table, row)
    await tidy()
    for (const [table, [over, stays]] of Object.entries(made) as [string, { id: string }[]][])
      expect([
        table,
        (await superuser`select id from ${superuser(table)} where id in (${over?.id ?? ''}, ${stays?.id ?? ''})`).map(
          ({ id }) => id as string,
        ),
      ]).toEqual([table, [stays?.id]])
  })

  test('runs of a scan beyond the last fifty of each library, apart from those over a part of it, but none that has not ended', async () => {
    const { organizationId, libraryId } = await makeFull('Scans', null)
    const run = async (status: string, days: number, part = {}) => {
      const id = newId()
      const row = { organization_id: organizationId, id, library_id: libraryId, status, created_at: ago(days), ...part }
      await insertRow(superuser, 'scan', row)
      return id
    }
    const old = [await run('done', 80), await run('failed', 79), await run('cancelled', 78)]
    const waiting = await run('queued', 77)
    const kept = await Promise.all(Array.from({ length: 48 }, (_, days) => run('done', days + 1)))
    for (let parts = 0; parts < 50; parts += 1) kept.push(await run('done', 0, { folder_id: newId() }))
    await tidy()
    const left = (await superuser<{ id: string }[]>`select id from scan where library_id = ${libraryId}`).map(({ id }) => id)
    for (const id of old) expect(left).not.toContain(id)
    expect(left).toEqual(expect.arrayContaining([waiting, ...kept]))
  })

  test('mails thirty days after they ended, and tokens of invitations ninety days after theirs', async () => {
    const { organizationId } = await makeFull('Mails', null)
    const mail = async (state: string, values: object) => {
      const id = newId()
      await insertRow(superuser, 'mail', {
        organization_id: organizationId,
        id,
        kind: 'invitation',
        recipient: 'x@example.org',
        state,
        ...values,
      })
      return id
    }
    const over = [await mail('sent', { sent_at: ago(31), created_at: ago(32) }), await mail('failed', { created_at: ago(38) })]
    const stay = [
      await mail('sent', { sent_at: ago(29), created_at: ago(36) }),
      await mail('failed', { created_at: ago(36) }),
      await mail('queued', { created_at: ago(90) }),
    ]
    const invitation = async (status: string, expires: number, ended: number | null) => {
      const id = newId()
      const hash = Buffer.from(id)
      await insertRow(superuser, 'invitation', {
        organization_id: organizationId,
        id,
        email: `${id}@example.org`,
        status,
        expires_at: ago(expires),
        ended_at: ended === null ? null : ago(ended),
        inviter_id: owner.id,
      })
      await insertRow(superuser, 'invitation_token', { organization_id: organizationId, hash, invitation_id: id, channel: 'mail' })
      return id
    }
    const ended = [await invitation('accepted', 85, 91), await invitation('pending', 91, null)]
    const open = [await invitation('accepted', 85, 89), await invitation('pending', 1, null), await invitation('pending', -5, null)]
    await tidy()
    const mails = (await superuser<{ id: string }[]>`select id from mail where organization_id = ${organizationId}`).map(({ id }) => id)
    expect(mails).toEqual(expect.arrayContaining(stay))
    for (const id of over) expect(mails).not.toContain(id)
    const tokens = (
      await superuser<{ id: string }[]>`select invitation_id as id from invitation_token where organization_id = ${organizationId}`
    ).map(({ id }) => id)
    expect(tokens).toEqual(expect.arrayContaining(open))
    for (const id of ended) expect(tokens).not.toContain(id)
    expect(await superuser`select from invitation where id = ${ended[0] ?? ''}`).toHaveLength(1)
  })

  test('pictures that nothing shows, once they are a day old; also of a workspace that is gone', async () => {
    const { organizationId, ...place } = await makeFull('Pictures', null)
    const key = (hash: string, width = 320) => coverKey(organizationId, hash.repeat(32), width)
    const foreign = coverKey(newId(), 'ee'.repeat(32), 320)
    const shown = coverKey(organizationId, hashOf({ organizationId, ...place }), 320)
    const logo = `orgs/${organizationId}/logo/${'ab'.repeat(32)}.webp`
    const otherLogo = `orgs/${organizationId}/logo/${'cd'.repeat(32)}.webp`
    const fresh = key('ff')
    const unknown = `orgs/${organizationId}/uploads/keep.epub`
    for (const each of [key('aa'), key('aa', 640), foreign, otherLogo, fresh, unknown, shown, logo]) {
      await server.deps.blobs.put(each, Buffer.from('x'))
      if (each !== fresh) age(each)
    }
    const cut = '.tmp/0123'
    mkdirSync(picture('.tmp'), { recursive: true })
    writeFileSync(picture(cut), 'half')
    age(cut)
    await tidy()
    const there = (each: string) => existsSync(picture(each))
    expect([key('aa'), key('aa', 640), foreign, otherLogo, cut].filter(there)).toEqual([])
    expect([fresh, unknown, shown, logo].filter((each) => !there(each))).toEqual([])
  })

  test('a cover that a scan writes again while its old copy is judged stays', async () => {
    const { organizationId } = await makeFull('Judged', null)
    const key = coverKey(organizationId, '12'.repeat(32), 320)
    await server.deps.blobs.put(key, Buffer.from('old'))
    age(key)
    const blobs = {
      ...server.deps.blobs,
      delete: async (each: string, options?: { writtenBefore?: Date }) => {
        if (each === key) await server.deps.blobs.put(key, Buffer.from('again'))
        await server.deps.blobs.delete(each, options)
      },
    }
    await runTidy({ ...server.deps, blobs }, new AbortController().signal)
    expect(existsSync(picture(key))).toBe(true)
  })
})

test('is due each night, runs in the worker alone, and when a night was missed at the start', { timeout: 60_000 }, async () => {
  const scheduled = () => superuser`select cron, options ->> 'missed' as missed from pgboss.schedule where name = 'tidy'`
  expect(await scheduled()).toHaveLength(0)
  const start = () => startTestServer({ database: server.db, dataDir: server.dataDir, worker: 1 })
  {
    await using _first = await start()
    expect(await scheduled()).toMatchObject([{ cron: '17 3 * * *', missed: 'once' }])
  }
  // As it is after two days of rest.
  await superuser`update pgboss.version set cron_on = now() - interval '2 days'`
  await superuser`update pgboss.schedule set created_on = now() - interval '3 days'`
  await using second = await start()
  const done = () => second.logs.filter((line) => line.includes('"tidied"'))
  for (const end = Date.now() + 40_000; Date.now() < end && done().length === 0;) await wait(200)
  expect(done()).toHaveLength(1)
})
