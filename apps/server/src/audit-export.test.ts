import { newId } from '@carrel/db'
import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

let organization: string
let owner: Person
let admin: Person
beforeEach(async () => {
  owner = await makePerson(server, 'Olga Owner')
  admin = await makePerson(server, 'Adam Admin')
  organization = (await makeOrganization(server, 'Logged', { owner: [owner], admin: [admin] })).id
})

const fill = (count: number) => server.db.superuser`
  insert into audit_event (organization_id, id, at, actor_id, actor_name, action, target_type, target_id, target_name, after)
  select ${organization}, gen_random_uuid(), timestamptz '2026-01-01' + (n / 3) * interval '1 minute', ${owner.id}, 'Olga', 'team.created', 'team', n::text,
    'Team ' || n, jsonb_build_object('name', 'Team ' || n) from generate_series(1, ${count}::int) n`
const load = (who: Person, name: string) => server.send('GET', `/files/${organization}/${name}`, { cookie: who.cookie })

/** Records of RFC 4180, read as a spreadsheet reads them. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [['']]
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const [char, fields] = [text[at] ?? '', records.at(-1) ?? []]
    if (quoted && char === '"' && text[at + 1] === '"') at += 1
    else if (char === '"') {
      quoted = !quoted
      continue
    } else if (!quoted && char === ',') {
      fields.push('')
      continue
    } else if (!quoted && text.startsWith('\r\n', at)) {
      records.push([''])
      at += 1
      continue
    }
    fields[fields.length - 1] += char
  }
  return records
}

test('holds every event once, newest first, and is written into the log itself', async () => {
  await fill(3500)
  const answer = await load(owner, 'audit.jsonl')
  expect([answer.status, answer.headers['content-disposition']]).toEqual([
    200,
    expect.stringMatching(/^attachment; filename=activity-.*\.jsonl$/),
  ])
  const events = answer.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; at: string; action: string; after: unknown })
  expect(events[0]).toMatchObject({ action: 'audit.exported', after: { format: 'jsonl', kind: null } })
  expect(new Set(events.map(({ id }) => id)).size).toBe(3501)
  expect(events.map(({ at }) => at)).toEqual(
    events
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  )
  const csv = await load(owner, 'audit.csv')
  expect(csv.text.split('\r\n')).toHaveLength(1 + 3502 + 1)
})

test('CSV quotes as RFC 4180 says, begins with the mark of UTF-8, and holds no formula', async () => {
  const names = [
    'Nora "Quill"',
    'a,b',
    'two\r\nlines',
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '＝1',
    '=cmd|" /C calc"!A0',
    '漫画',
    "O'Hara",
  ]
  for (const [n, name] of names.entries())
    await server.db.superuser`insert into audit_event ${server.db.superuser({
      organization_id: organization,
      id: newId(),
      at: new Date(Date.UTC(2026, 0, 1, 0, n)),
      actor_id: n === 0 ? null : owner.id,
      actor_name: n === 0 ? '' : name,
      action: 'team.created',
      target_type: 'team',
      target_id: null,
      target_name: name,
      after: { name },
    } as never)}`
  const { text } = await load(owner, 'audit.csv?kind=team')
  expect(text.startsWith('\uFEFFtime,person,person id,by the operator,address,action,target,target id,before,after\r\n')).toBe(true)
  const records = parseCsv(text.slice(1))
  const told = records.slice(1, -1).toReversed()
  const formula = /^\s*[-=+@＝]/
  expect(told.map((fields) => fields[6])).toEqual(names.map((name) => (formula.test(name) ? `'${name}` : name)))
  expect(told.map((fields) => JSON.parse(fields[9] ?? ''))).toEqual(names.map((name) => ({ name })))
  expect(told[0]?.slice(0, 5)).toEqual(['2026-01-01T00:00:00.000Z', 'Carrel', '', 'no', ''])
  for (const fields of told) for (const field of fields) expect(field).not.toMatch(formula)
})

test('JSON lines hold what the list tells', async () => {
  await fill(3)
  const { text } = await load(owner, 'audit.jsonl?kind=team')
  const listed = await server.send('GET', '/api/v1/audit?kind=team', { cookie: owner.cookie, organization })
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual((listed.json as { items: unknown[] }).items)
})

test('keeps to the filter', async () => {
  await fill(30)
  const filtered = await load(owner, 'audit.jsonl?kind=team&from=2026-01-01T00:02:00.000Z&to=2026-01-01T00:03:30.000Z')
  const targets = filtered.text
    .trimEnd()
    .split('\n')
    .map((line) => Number((JSON.parse(line) as { targetId: string }).targetId))
  expect(targets.toSorted((a, b) => a - b)).toEqual([6, 7, 8, 9, 10, 11])
  expect((await load(owner, `audit.jsonl?actorId=${newId()}`)).text).toBe('')
  for (const wrong of ['kind=sleep', 'from=yesterday', 'actorId=1']) expect((await load(owner, `audit.csv?${wrong}`)).status).toBe(400)
})

test('is cut off when its reader may no longer read it', { timeout: 30_000 }, async () => {
  await fill(60_000)
  const outcome = await new Promise<string>((resolve, reject) => {
    request(
      {
        port: server.port,
        path: `/files/${organization}/audit.jsonl`,
        headers: { cookie: admin.cookie, host: `127.0.0.1:${server.port}` },
      },
      (response) => {
        let bytes = 0
        response.pause()
        server.db.superuser`delete from member where organization_id = ${organization} and user_id = ${admin.id}`.then(
          () => response.resume(),
          reject,
        )
        response.on('data', (chunk: Buffer) => (bytes += chunk.length))
        response.on('end', () => resolve('whole'))
        response.on('error', () => resolve(bytes > 0 ? 'cut off' : 'nothing'))
      },
    )
      .on('error', reject)
      .end()
  })
  expect(outcome).toBe('cut off')
})
