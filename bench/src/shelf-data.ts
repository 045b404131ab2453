import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { buildEpub } from '@carrel/formats/testing'
import type { Sql } from 'postgres'
import sharp from 'sharp'
import { makeCover, makeGrain } from './corpus/cover.ts'
import * as words from './corpus/words.ts'
import { connect, superuserOf, type RunningServer, type Session } from './server.ts'

const books = 100_000
const otherOrganizations = 4
const booksOfEach = 10_000
const coversWithPicture = 300
const downloadBytes = 16 * 2 ** 20

export type Shelf = {
  libraryId: string
  fileId: string
  coverBooks: string[]
  coverFolder: string
  download: string
  deepCursors: string[]
}

/** A folder with one large book, for downloads. */
export function makeDownload(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'large.epub')
  writeFileSync(file, buildEpub({ title: 'A Large Book', padding: downloadBytes }))
  return file
}

/** Rows as a scan writes them, a fifth of them Japanese, without reading any file. */
async function insertBooks(sql: Sql, organizationId: string, libraryId: string, count: number): Promise<void> {
  const { adjectives, nouns, places, given, family, titlesBeforeNo, titlesAfterNo, familyJapanese, givenJapanese } = words
  const at = (list: readonly string[], salt: number) =>
    sql`(${[...list]}::text[])[1 + (abs(hashint4extended(i, ${salt}::bigint)) % ${list.length})::int]`
  await sql`
    insert into book (organization_id, id, library_id, title, sort_title, description, languages, layout, authors, author_sort, formats,
      series_name, series_position, search_text, cover_state, cover_hash, cover_thumbhash, cover_color, cover_aspect, added_at, updated_at)
    select ${organizationId}, uuidv7(), ${libraryId}, title, lower(title), repeat('A description as long as most are. ', 12), array[language],
      'reflowable', array[author], lower(author), array['epub'], series, case when series is null then null else (i % 12 + 1)::text end,
      lower(title || ' ' || author || ' ' || coalesce(series, '')), 'ready', encode(sha256(i::text::bytea), 'hex'),
      '1QcSHQRnh493V4dIh4eXh1h4kJUI', '#7a5c3e', 0.667, now() - i * interval '37 seconds', now()
    from (
      select i, case when i % 5 = 4 then 'ja' else 'en' end as language,
        case when i % 5 = 4 then ${at(titlesBeforeNo, 1)} || 'の' || ${at(titlesAfterNo, 2)} || ' ' || i
          else ${at(adjectives, 3)} || ' ' || ${at(nouns, 4)} || ' of ' || ${at(places, 5)} || ' ' || i end as title,
        case when i % 5 = 4 then ${at(familyJapanese, 6)} || ${at(givenJapanese, 7)} else ${at(given, 8)} || ' ' || ${at(family, 9)} end as author,
        case when i % 2 = 0 then ${at(nouns, 10)} || ' Chronicles ' || i % 500 end as series
      from generate_series(1, ${count}) as g(i)
    ) as made`
}

async function insertOtherOrganizations(sql: Sql): Promise<void> {
  for (let number = 1; number <= otherOrganizations; number += 1) {
    const [made] = await sql<{ organization: string; library: string }[]>`
      with o as (insert into organization (id, name, slug) values (uuidv7(), ${`Other ${number}`}, ${`other-${number}`}) returning id)
      select id as organization, uuidv7() as library from o`
    if (!made) throw new Error('No organization was made.')
    await sql`insert into library (organization_id, id, name, visibility) values (${made.organization}, ${made.library}, 'Other', 'organization')`
    await insertBooks(sql, made.organization, made.library, booksOfEach)
  }
}

async function writeCovers(sql: Sql, folder: string, libraryId: string): Promise<string[]> {
  const rows = await sql<{ id: string; hash: string }[]>`
    select id, cover_hash as hash from book where library_id = ${libraryId} and cover_hash is not null order by cover_hash limit ${coversWithPicture}`
  const grain = makeGrain(1)
  for (const [index, { hash }] of rows.entries()) {
    const target = path.join(folder, hash)
    mkdirSync(target, { recursive: true })
    const picture = await makeCover(index % 16, 1, grain)
    writeFileSync(path.join(target, '320.webp'), await sharp(picture).resize(320).webp({ quality: 78, effort: 0 }).toBuffer())
  }
  return rows.map(({ id }) => id)
}

/** A library of 100,000 books among those of other workspaces, with pictures for some covers and one large file. */
export async function fillShelf(server: RunningServer, session: Session, download: string): Promise<Shelf> {
  const { id: libraryId } = await session.post<{ id: string }>('/libraries', { name: 'Shelf', folders: [path.dirname(download)] })
  for (;;) {
    const { scan } = await session.get<{ scan: { status: string } | null }>(`/libraries/${libraryId}`)
    if (scan?.status === 'done') break
    if (scan?.status === 'failed') throw new Error('The scan of the large book failed.')
    await wait(100)
  }
  const sql = connect(superuserOf(server.dataDir))
  try {
    await insertBooks(sql, session.organizationId, libraryId, books)
    await insertOtherOrganizations(sql)
    await sql`update library set book_count = (select count(*) from book b where b.library_id = library.id)`
    await sql`vacuum analyze`
    await sql`checkpoint`
    const coverFolder = path.join(server.dataDir, 'blobs/orgs', session.organizationId, 'covers')
    const coverBooks = await writeCovers(sql, coverFolder, libraryId)
    const [file] = await sql<{ id: string }[]>`select id from library_file where library_id = ${libraryId}`
    const deep = await sql<{ title: string; id: string }[]>`
      select sort_title as title, id from book where library_id = ${libraryId} order by sort_title, id offset ${Math.floor(books * 0.9)} limit 40`
    return {
      libraryId,
      fileId: file?.id ?? '',
      coverBooks,
      coverFolder,
      download,
      deepCursors: deep.map(({ title, id }) => Buffer.from(JSON.stringify([title, id])).toString('base64url')),
    }
  } finally {
    await sql.end()
  }
}
