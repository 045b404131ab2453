import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { buildEpub } from '@carrel/formats/testing'
import { tenantTables, type TestDatabase } from '@carrel/db/testing'
import { assignRoot, makeOrganization, makePerson, type Person, type TestServer } from './server.ts'

/** A scanned library, and another organization that holds a copy of all its rows under the same ids. */
export type Twins = { owner: Person; alpha: string; beta: string; libraryId: string; folder: string }

const twinMark = 'TWIN-CANARY'

const picture = () =>
  sharp({ create: { width: 60, height: 90, channels: 3, background: '#336699' } })
    .png()
    .toBuffer()

async function writeBook(folder: string, file: string, title: string, more: object = {}): Promise<void> {
  const input = {
    title,
    creators: ['Ursula Writer'],
    publisher: 'Press',
    subjects: ['Sea'],
    series: { name: 'Waves', position: '2' },
    cover: await picture(),
  }
  writeFileSync(path.join(folder, file), buildEpub({ ...input, identifier: `urn:isbn:${title}`, ...more }))
}

/** Scans a library of alpha and copies every row of it to beta, each text marked. Needs a worker. */
export async function buildTwins(server: TestServer): Promise<Twins> {
  const owner = await makePerson(server, 'Twin Owner')
  const alpha = await makeOrganization(server, 'Alpha Twins', { owner: [owner] })
  const beta = await makeOrganization(server, 'Beta Twins')
  const folder = path.join(server.root, 'twins')
  mkdirSync(folder, { recursive: true })
  await assignRoot(server, alpha.id, server.root)
  await writeBook(folder, 'one.epub', 'One')
  await writeBook(folder, 'two.epub', 'Two')
  writeFileSync(path.join(folder, 'broken.epub'), 'no book')
  writeFileSync(path.join(folder, 'gone.epub'), 'no book, and soon gone')
  const made = await server.send('POST', '/api/v1/libraries', {
    cookie: owner.cookie,
    organization: alpha.id,
    body: { name: 'Twins', folders: [folder] },
  })
  const { id: libraryId } = made.json as { id: string }
  await scanned(server, owner, alpha.id, libraryId)

  const { superuser } = server.db
  await superuser`insert into cover_task select organization_id, id, library_id, null from book`
  // Members are not copied, and what hangs on them is no twin of anything a scan touches.
  for (const table of tenantTables.filter((table) => table !== 'member_role')) {
    const columns = await superuser<{ name: string; type: string }[]>`
      select attname as name, format_type(atttypid, null) as type from pg_attribute
      where attrelid = ${`public.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`
    const kept = new Set([
      'name_key',
      'status',
      'visibility',
      'kind',
      'layout',
      'cover_state',
      'sha256',
      'path',
      'direction',
      'level',
      'problem',
      'format',
      'cover_hash',
    ])
    const values = columns.map(({ name, type }) =>
      name === 'organization_id'
        ? `'${beta.id}'`
        : table === 'library_file' && name === 'path'
          ? `case when path = 'one.epub' then '!' || path else path end`
          : (table === 'person' && name === 'id') || name === 'person_id'
            ? `md5("${name}"::text)::uuid`
            : table === 'library_file' && name === 'modified_ms'
              ? 'modified_ms + 1'
              : type.startsWith('text') && !type.endsWith('[]') && !kept.has(name)
                ? `'${twinMark} ' || "${name}"`
                : `"${name}"`,
    )
    await superuser.unsafe(
      `insert into "${table}" (${columns.map(({ name }) => `"${name}"`).join()}) select ${values.join()} from "${table}" where organization_id = '${alpha.id}'`,
    )
  }
  await superuser`delete from cover_task where organization_id = ${alpha.id}`
  // The run is taken up again, so that its id is a twin too.
  await superuser`update scan set status = 'listing', finished_at = null where organization_id = ${alpha.id}`
  // Ids of libraries are unique in life, and the door of a job relies on it; here it is told which of the twins is meant.
  const [door] = await superuser<{ text: string }[]>`select pg_get_functiondef('app.enter_job(uuid)'::regprocedure) as text`
  const patched = door?.text.replace('l.id = enter_job.library', `l.id = enter_job.library and l.organization_id = '${alpha.id}'`)
  if (!patched || patched === door?.text) throw new Error('The door of a job reads otherwise than this test knows')
  await superuser.unsafe(patched)
  return { owner, alpha: alpha.id, beta: beta.id, libraryId, folder }
}

/** Starts a scan unless one waits, and resolves with it when it has ended. */
export async function scanned(server: TestServer, owner: Person, organization: string, libraryId: string, ms = 30_000) {
  const at = { cookie: owner.cookie, organization }
  for (const end = Date.now() + ms; Date.now() < end; await wait(50)) {
    const answer = await server.send('GET', `/api/v1/libraries/${libraryId}`, at)
    if (answer.status !== 200) throw new Error(`The library cannot be read: ${answer.status} ${answer.text.slice(0, 300)}`)
    const library = answer.json as {
      scanning: boolean
      bookCount: number
      problemCount: number
      scan: { status: string } & Record<string, unknown>
    }
    if (!library.scanning && library.scan && ['done', 'failed', 'cancelled'].includes(library.scan.status)) return library
  }
  throw new Error('The scan did not end')
}

/** All rows of an organization, as one digest a table. */
async function digests(db: TestDatabase, organizationId: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const table of tenantTables) {
    const [row] = await db.superuser.unsafe<{ digest: string }[]>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as digest from "${table}" t where organization_id = '${organizationId}'`,
    )
    found[table] = row?.digest ?? ''
  }
  return found
}

/**
 * Changes one file, adds one, removes a broken one, scans alpha's library again, and tells what of it went
 * wrong: a row of beta that changed, a word of beta in alpha, or a result that is not alpha's own.
 */
export async function rescanBesideTwins(server: TestServer, twins: Twins, gone: (file: string) => void): Promise<string[]> {
  const before = await digests(server.db, twins.beta)
  await writeBook(twins.folder, 'one.epub', 'One again', { description: 'Changed.', creators: ['Ursula Writer', 'New Hand'] })
  await writeBook(twins.folder, 'three.epub', 'Three', { series: { name: 'Waves', position: '3' } })
  gone(path.join(twins.folder, 'gone.epub'))
  const started = await server.send('POST', `/api/v1/libraries/${twins.libraryId}/scan`, {
    cookie: twins.owner.cookie,
    organization: twins.alpha,
  })
  const failures: string[] = started.status === 200 ? [] : [`the scan was not taken: ${started.status} ${started.text.slice(0, 200)}`]
  const library = await scanned(server, twins.owner, twins.alpha, twins.libraryId, 8000).catch((error: Error) => error)
  if (library instanceof Error) return [library.message]
  const { scan, bookCount, problemCount } = library
  const met = {
    status: scan.status,
    bookCount,
    problemCount,
    listed: scan.listed,
    unchanged: scan.unchanged,
    found: scan.found,
    covered: scan.covered,
    coversTotal: scan.coversTotal,
  }
  const expected = { status: 'done', bookCount: 3, problemCount: 1, listed: 2, unchanged: 2, found: 4, covered: 2, coversTotal: 2 }
  if (JSON.stringify(met) !== JSON.stringify(expected))
    failures.push(`the scan met ${JSON.stringify(met)} instead of ${JSON.stringify(expected)}`)

  const after = await digests(server.db, twins.beta)
  for (const table of tenantTables) if (before[table] !== after[table]) failures.push(`${table}: rows of the other organization changed`)
  for (const table of tenantTables) {
    const rows = await server.db.superuser.unsafe<{ text: string }[]>(
      `select t::text as text from "${table}" t where organization_id = '${twins.alpha}'`,
    )
    if (rows.some(({ text }) => text.includes(twinMark))) failures.push(`${table}: a text of the other organization`)
  }
  const counts = await server.db.superuser<
    { parts: string }[]
  >`select concat_ws(' ', (select count(*) from book_contributor where organization_id = ${twins.alpha}),
    (select count(*) from book_series where organization_id = ${twins.alpha}), (select count(*) from book_tag where organization_id = ${twins.alpha}),
    (select count(*) from library_file where organization_id = ${twins.alpha}), (select count(*) from cover_task where organization_id = ${twins.alpha}),
    (select count(*) from scan where organization_id = ${twins.alpha} and status = 'done' and finished_at is not null),
    (select count(*) from book where organization_id = ${twins.alpha} and cover_state = 'ready')) as parts`
  if (counts[0]?.parts !== '4 3 3 4 0 1 3') failures.push(`alpha holds ${counts[0]?.parts}`)
  return failures
}
