import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTransact } from '@carrel/db'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

const books = 100_000
const libraries = 50
const teams = 20
const people = 200
/** Tables that grow with the shelf and its readers: none may be read from end to end. */
const large = new Set(['book', 'library_file', 'library_access', 'library_grant'])

type Statement = { text: string; parameters: unknown[] }
type Plan = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}
type Asked = { name: string; path: string }

let server: TestServer
let owner: Person
let member: Person
let guest: Person
let narrow: Person
let id: string
const heard: Statement[] = []

beforeAll(async () => {
  server = await startTestServer({ env: { ROLE: 'web' } })
  ;[owner, member, guest, narrow] = (await Promise.all(['Owner', 'Member', 'Guest', 'Narrow'].map((name) => makePerson(server, name)))) as [
    Person,
    Person,
    Person,
    Person,
  ]
  id = (await makeOrganization(server, 'Plans', { owner: [owner], member: [member], guest: [guest, narrow] })).id
  const other = (await makeOrganization(server, 'Another', {})).id
  const { superuser } = server.db
  await superuser.begin(async (sql) => {
    // Rows as scans and people leave them; what follows from them by triggers and is checked by keys is written right here.
    await sql`set local session_replication_role = replica`
    for (const [organization, count] of [
      [id, books],
      [other, books / 10],
    ] as const) {
      // prettier-ignore
      await sql`insert into library (organization_id, id, name, visibility)
        select ${organization}, gen_random_uuid(), 'Library ' || i, case when i % 5 = 0 then 'organization' else 'restricted' end
        from generate_series(1, ${libraries}::int) i`
      await sql`insert into library_folder (organization_id, id, library_id, path)
        select organization_id, id, id, '/' || name from library where organization_id = ${organization}`
      await sql`insert into book (organization_id, id, library_id, title, sort_title, languages, layout, authors, author_sort, formats, search_text, added_at, updated_at)
        select ${organization}, gen_random_uuid(), l.ids[case when i % 2 = 0 then 1 else 1 + i % ${libraries}::int end], 'Book ' || i, md5(i::text), '{en}', 'reflowable', '{A}', md5((i % 900)::text),
          '{epub}', 'book ' || i, now() - i * interval '37 seconds', now()
        from generate_series(1, ${count}::int) i, (select array_agg(id order by name) as ids from library where organization_id = ${organization}) l`
    }
    await sql`insert into library_file (organization_id, id, library_id, folder_id, book_id, path, path_hash, size, modified_ms, format, seen_at)
      select organization_id, id, library_id, library_id, id, title || '.epub', id::text::bytea, 1, 1, 'epub', now() from book where organization_id = ${id}`
    await sql`insert into team (organization_id, id, name, name_key) select ${id}, gen_random_uuid(), 'Team ' || i, 'team ' || i from generate_series(1, ${teams}::int) i`
    await sql`insert into library_grant (organization_id, library_id, team_id, level)
      select ${id}, l.id, t.id, 'viewer' from library l, team t where l.organization_id = ${id} and t.organization_id = ${id}`
    await sql`insert into library_access (organization_id, user_id, library_id, level)
      select ${id}, gen_random_uuid(), l.id, 'viewer' from library l, generate_series(1, ${people}::int) i where l.organization_id = ${id} and hashint4(i) % 2 = 0`
    for (const { id: userId } of [member, guest])
      await sql`insert into library_access (organization_id, user_id, library_id, level)
        select ${id}, ${userId}, l.id, 'viewer' from library l where l.organization_id = ${id} and l.visibility = 'restricted' order by l.name limit 20`
  })
  await superuser`insert into library_access (organization_id, user_id, library_id, level)
    select organization_id, ${narrow.id}, id, 'viewer' from library where organization_id = ${id} and visibility = 'restricted' order by name desc limit 1`
  await superuser`analyze book, library, library_file, library_access, library_grant, library_folder`
  const pool = server.db.login('carrel_app', 4)
  pool.options.debug = (_connection, text, parameters) => void heard.push({ text, parameters: [...parameters] })
  server.deps.transact = createTransact(pool)
}, 60_000)
afterAll(() => server[Symbol.asyncDispose]())

/** What somebody asks for, of a restricted library that they see. */
async function questionsOf(who: Person): Promise<Asked[]> {
  const [seen] = await server.db.superuser<{ library: string; book: string }[]>`
    select a.library_id as library, (select b.id from book b where b.organization_id = ${id} and b.library_id = a.library_id limit 1) as book
    from library_access a join library l on l.organization_id = a.organization_id and l.id = a.library_id
    where a.organization_id = ${id} and a.user_id = ${who.id} order by l.name limit 1`
  if (!seen) throw new Error(`${who.name} sees nothing.`)
  return [
    { name: 'the shelf of all libraries', path: '/books?limit=50' },
    { name: 'the shelf of all libraries by title', path: '/books?limit=50&sort=title' },
    { name: 'the shelf of one library', path: `/books?limit=50&libraryId=${seen.library}` },
    { name: 'the shelf of one library by author', path: `/books?limit=50&sort=author&libraryId=${seen.library}` },
    { name: 'a book', path: `/books/${seen.book}` },
    { name: 'the libraries', path: '/libraries' },
  ]
}

/** The statements that this request really sent, but for those that open and close its transaction. */
async function statementsOf(who: Person, path: string): Promise<Statement[]> {
  heard.length = 0
  const answer = await server.send('GET', `/api/v1${path}`, { cookie: who.cookie, organization: id })
  expect([path, answer.status, answer.text.length > 100]).toEqual([path, 200, true])
  return heard.filter(({ text }) => /^select /i.test(text) && !/app\.(enter|leave)/.test(text))
}

/** How Postgres runs it for this person: with the values known, and as the kept statement that it becomes. */
async function plansOf(who: Person, { text, parameters }: Statement): Promise<Plan[]> {
  const app = server.db.login('carrel_app', 1)
  const found: Plan[] = []
  try {
    for (const mode of ['force_custom_plan', 'force_generic_plan'])
      await app.begin('read only', async (tx) => {
        await tx`select app.enter(${who.token}, 'organization', ${id})`
        await tx.unsafe(`set local plan_cache_mode = ${mode}`)
        await tx.unsafe(`prepare asked as ${text}`)
        const values = parameters.map((value) =>
          value === null ? 'null' : `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll("'", "''")}'`,
        )
        const call = values.length > 0 ? `asked(${values.join()})` : 'asked'
        const [row] = await tx.unsafe<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(`explain (analyze, format json) execute ${call}`)
        await tx.unsafe('deallocate asked')
        if (row?.['QUERY PLAN'][0]) found.push(row['QUERY PLAN'][0].Plan)
      })
  } finally {
    await app.end()
  }
  return found
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** What is wrong with a plan: a large table read as a whole, or many rows read for nothing. */
function faultsOf(plan: Plan): string[] {
  return nodesOf(plan).flatMap((node) => {
    const table = node['Relation Name']
    if (table === undefined || !large.has(table)) return []
    const removed = (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops']
    return [
      ...(node['Node Type'] === 'Seq Scan' || node['Node Type'] === 'Parallel Seq Scan' ? [`reads all of ${table}`] : []),
      ...(node['Actual Rows'] * node['Actual Loops'] > read
        ? [`reads ${node['Actual Rows'] * node['Actual Loops']} rows of ${table}`]
        : []),
      ...(removed > wasted ? [`throws ${removed} rows of ${table} away (${node['Index Name'] ?? node['Node Type']})`] : []),
    ]
  })
}
const wasted = 500
/** A page of each library. */
const read = libraries * 51

async function faults(...people: Person[]): Promise<string[]> {
  const found: string[] = []
  for (const who of people)
    for (const { name, path } of await questionsOf(who))
      for (const statement of await statementsOf(who, path))
        for (const plan of await plansOf(who, statement))
          found.push(...faultsOf(plan).map((fault) => `${who.name}, ${name}: ${fault}: ${statement.text.slice(0, 90)}`))
  return [...new Set(found)]
}

describe(`at ${books} books, ${libraries} libraries and ${libraries * teams} grants`, () => {
  test('no question reads a large table as a whole, or many rows for nothing', { timeout: 60_000 }, async () => {
    expect(await faults(member, guest, narrow)).toEqual([])
    // The walk of an owner, who sees all, is another.
    expect((await statementsOf(owner, '/books?limit=50')).map(({ text }) => text.includes('lateral'))).toEqual([false])
  })

  test('and it is noticed when an index is gone', { timeout: 60_000 }, async () => {
    await server.db.superuser`drop index library_file_book, book_library_added`
    const found = (await faults(guest)).join('\n')
    expect(found).toMatch(/Guest, a book: (reads all|throws \d+ rows) of library_file/)
    expect(found).toMatch(/Guest, the shelf of one library: (reads all|reads \d+ rows|throws \d+ rows) of book/)
  })
})
