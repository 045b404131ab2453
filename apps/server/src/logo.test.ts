import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTidy } from '@carrel/api'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
let owner: Person
let guest: Person
let id: string

beforeAll(async () => {
  // Without a worker: the web process alone draws what is uploaded.
  server = await startTestServer({ env: { ROLE: 'web' } })
  owner = await makePerson(server, 'Owner')
  guest = await makePerson(server, 'Guest')
  id = (await makeOrganization(server, 'Logos', { owner: [owner], guest: [guest] })).id
})
afterAll(() => server[Symbol.asyncDispose]())

const picture = (color: string, side = 400) => sharp({ create: { width: side, height: side / 2, channels: 3, background: color } })
const put = (body: Uint8Array | string, more: object = {}, who = owner) =>
  server.send('PUT', `/files/${id}/logo`, { cookie: who.cookie, body, ...more })
const get = (headers = {}, who = owner) => server.send('GET', `/files/${id}/logo`, { cookie: who.cookie, headers })
const logoOf = async (who: Person): Promise<string | null> => {
  const { json } = await server.send('GET', '/api/v1/account', { cookie: who.cookie })
  return (json as { memberships: { logo: string | null }[] }).memberships[0]?.logo ?? null
}
const remove = () => server.send('DELETE', '/api/v1/organization/logo', { cookie: owner.cookie, organization: id })
const audit = () =>
  server.db.superuser<{ before: { logo: string | null }; after: { logo: string | null } }[]>`
    select before, after from audit_event where organization_id = ${id} order by at, id`

test('a logo is drawn as a small WebP, kept under its digest, shown to members, and removed', async () => {
  expect([(await get()).status, await logoOf(guest)]).toEqual([404, null])
  for (const source of [picture('#ff0000').png(), picture('#00ff00').jpeg(), picture('#0000ff').webp()]) {
    const answer = await put(await source.toBuffer())
    expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^\{"version":"[0-9a-f]{16}"\}$/)])
  }
  const shown = await get({}, guest)
  expect(shown.headers).toMatchObject({ 'content-type': 'image/webp', 'cache-control': 'private, no-cache', vary: 'Cookie' })
  expect(shown.headers['content-security-policy']).toMatch(/sandbox/)
  const { format, width, height } = await sharp(shown.body).metadata()
  expect([format, width, height]).toEqual(['webp', 256, 128])
  const digest = createHash('sha256').update(shown.body).digest('hex')
  expect(readdirSync(path.join(server.dataDir, 'blobs/orgs', id, 'logo'))).toContain(`${digest}.webp`)
  expect(await logoOf(guest)).toBe(digest.slice(0, 16))
  expect((await get({ 'if-none-match': shown.headers.etag })).status).toBe(304)

  expect([(await remove()).status, (await get()).status, await logoOf(guest)]).toEqual([200, 404, null])
  expect((await remove()).status).toBe(200)
  const events = await audit()
  expect(events.map(({ before, after }) => [before.logo === null, after.logo === null])).toEqual([[true, false], [false, false], [false, false], [false, true]]) // prettier-ignore
})

test('what is no picture that may be one is refused, and the old logo stays', async () => {
  await put(await picture('#123456').png().toBuffer())
  const before = await logoOf(owner)
  const png = await picture('#654321').png().toBuffer()
  const bomb = Buffer.from(png)
  bomb.writeUInt32BE(60_000, 16)
  bomb.writeUInt32BE(60_000, 20)
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
  const bad: (Uint8Array | string)[] = [
    '',
    svg,
    '<!doctype html><script>1</script>',
    '{"logo":"/etc/passwd"}',
    png.subarray(0, png.length - 40),
    await picture('#111111').gif().toBuffer(),
    bomb,
  ]
  for (const body of bad)
    expect([body.slice(0, 12), (await put(body)).json]).toMatchObject([body.slice(0, 12), { code: 'NO_PICTURE', status: 422 }])
  expect(await logoOf(owner)).toBe(before)
  expect(server.logs.filter((line) => line.includes('"level":50'))).toEqual([])
})

test('more than two megabytes are refused, with and without a length', async () => {
  const large = Buffer.alloc(2 * 1024 * 1024 + 1)
  for (const chunked of [false, true]) {
    const answer = await put(large, { chunked, alone: true })
    expect([chunked, answer.status, (answer.json as { code: string }).code]).toEqual([chunked, 413, 'PAYLOAD_TOO_LARGE'])
  }
  const noise = await sharp(Buffer.from(Array.from({ length: 700 * 700 * 3 }, () => Math.random() * 256)), {
    raw: { width: 700, height: 700, channels: 3 },
  })
    .png()
    .toBuffer()
  expect(noise.length).toBeGreaterThan(1_400_000)
  expect((await put(noise)).status).toBe(200)
  expect((await get()).body.length).toBeLessThan(100_000)
})

test('who may not change the workspace is refused before anything is read', async () => {
  const stranger = await makePerson(server, 'Stranger')
  const body = await picture('#abcdef').png().toBuffer()
  expect((await put(body, {}, guest)).status).toBe(403)
  expect((await put(body, {}, stranger)).status).toBe(404)
  expect((await put(body, { cookie: undefined })).status).toBe(401)
  expect((await put(body, { origin: 'https://evil.example' })).status).toBe(403)
  expect((await server.send('POST', `/files/${id}/logo`, { cookie: owner.cookie, body })).status).toBe(405)
})

test('who loses the right while their picture is drawn changes nothing', async () => {
  const before = await logoOf(owner)
  const real = server.deps.uploads.picture.bind(server.deps.uploads)
  server.deps.uploads.picture = async (...given) => {
    await server.db.superuser`update organization set suspended_at = now() where id = ${id}`
    return real(...given)
  }
  try {
    expect((await put(await picture('#fedcba').png().toBuffer())).status).toBe(404)
  } finally {
    server.deps.uploads.picture = real
    await server.db.superuser`update organization set suspended_at = null where id = ${id}`
  }
  expect(await logoOf(owner)).toBe(before)
})

test('two uploads at once: one is taken, the other told to wait, and the next works', async () => {
  const [one, two] = await Promise.all([picture('#aaaaaa').png().toBuffer(), picture('#bbbbbb').png().toBuffer()])
  const statuses = (await Promise.all([put(one, { alone: true }), put(two, { alone: true })])).map((answer) => answer.status)
  expect(statuses).toContain(200)
  expect([200, 429]).toEqual(expect.arrayContaining(statuses))
  expect((await put(two)).status).toBe(200)
})

test('a link to join brings the logo along, as long as it is open', async () => {
  await put(await picture('#c0ffee').png().toBuffer())
  const made = await server.send('POST', '/api/v1/join-links', {
    cookie: owner.cookie,
    organization: id,
    body: { roles: ['guest'], maxUses: 1, days: 1 },
  })
  const { path: link } = made.json as { path: string }
  const preview = () => server.send('POST', '/api/v1/join/preview', { body: { token: link.split('/').at(-1) }, origin: null })
  const { logo } = (await preview()).json as { logo: string }
  expect(Buffer.from(logo.replace('data:image/webp;base64,', ''), 'base64').equals((await get()).body)).toBe(true)
  await server.db.superuser`update join_link set revoked_at = now() where organization_id = ${id}`
  expect((await preview()).json).toMatchObject({ state: 'ended', logo: null })
})

test('the tidy keeps the logo in use and takes those that were', async () => {
  const folder = path.join(server.dataDir, 'blobs/orgs', id, 'logo')
  const used = createHash('sha256')
    .update((await get()).body)
    .digest('hex')
  expect(readdirSync(folder).length).toBeGreaterThan(1)
  const blobs = { ...server.deps.blobs, delete: (key: string) => server.deps.blobs.delete(key) }
  await runTidy({ ...server.deps, blobs }, new AbortController().signal)
  expect(readdirSync(folder)).toEqual([`${used}.webp`])
})
