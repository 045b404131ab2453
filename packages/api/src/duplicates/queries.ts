import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm'
import { book, bookDistinction, library, libraryFile } from '@carrel/db/schema'
import { listCards } from '../books/queries.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { limits } from '../limits.ts'
import type { OrganizationScope } from '../scope.ts'
import { shownPath } from '../uploads/keys.ts'
import type { DuplicateGroup, DuplicateKind, ListDuplicates } from './schema.ts'

type Found = { key: string; ids: string[]; size: number }

const shown = sql.raw(String(limits.groupSize))

/** Keys that several have, in their order after the cursor, each a walk of one index; and for a key the ids of its books, or of its files. */
const sources: Record<DuplicateKind, (at: { org: string; library: string; after: string | undefined }) => { keys: SQL; ids: SQL }> = {
  title: ({ org, library, after }) => {
    const mine = sql`organization_id = ${org} and library_id = ${library} and deleted_at is null`
    return {
      keys: sql`select likeness as key from book where ${mine} ${after === undefined ? sql`` : sql`and likeness > ${after}`}
        group by likeness having count(*) > 1 order by likeness`,
      // Volumes of one title are told apart by their place in the series.
      ids: sql`select id, count(*) over () as size, series_position as part from book where ${mine} and likeness = k.key`,
    }
  },
  isbn: ({ org, library, after }) => ({
    keys: sql`select value as key from book_identifier where organization_id = ${org} and scheme = 'isbn' ${after === undefined ? sql`` : sql`and value > ${after}`}
      group by value having count(*) > 1 order by value`,
    ids: sql`select b.id, count(*) over () as size, null::text as part from book b where b.organization_id = ${org} and b.library_id = ${library}
      and b.deleted_at is null and b.id in (select i.book_id from book_identifier i where i.organization_id = ${org} and i.scheme = 'isbn' and i.value = k.key)`,
  }),
  content: ({ org, library, after }) => {
    const mine = sql`organization_id = ${org} and library_id = ${library} and book_id is not null and role = 'book' and missing_at is null`
    return {
      keys: sql`select sha256 as key from library_file where ${mine} ${after === undefined ? sql`` : sql`and sha256 > ${after}`}
        group by sha256 having count(*) > 1 order by sha256`,
      ids: sql`select id, count(*) over () as size, null::text as part from library_file where ${mine} and sha256 = k.key`,
    }
  },
}

/** A page of groups; null for a cursor that is none of ours. Books that somebody told apart are no group, until another joins them. */
export async function listDuplicates(scope: OrganizationScope, input: ListDuplicates, showPaths: boolean) {
  const { kind, libraryId, limit } = input
  const { organizationId: org } = scope
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null || (place && place[0] !== kind)) return null
  const { keys, ids } = sources[kind]({ org, library: libraryId, after: place?.[1] })
  const told = sql`(select count(*) from book_distinction d where d.organization_id = ${org} and d.book_id = any (g.ids) and d.other_id = any (g.ids))`
  const rows = [
    ...(await scope.db.execute<Found>(sql`select k.key, g.ids, g.size from (${keys}) k cross join lateral (
        select array_agg(m.id order by m.id) as ids, max(m.size)::int as size, count(distinct m.part) as parts, count(*) as shown
        from (select * from (${ids}) each order by id limit ${shown}) m) g
      where g.shown > 1 and g.parts < g.shown and (g.size > g.shown or g.shown * (g.shown - 1) / 2 > ${kind === 'content' ? sql`0` : told})
      order by k.key limit ${sql.raw(String(limit + 1))}`)),
  ]
  const page = rows.slice(0, limit)
  const all = page.flatMap((group) => group.ids)
  const files = await listFiles(scope, kind === 'content' ? inArray(libraryFile.id, all) : inArray(libraryFile.bookId, all), all, showPaths)
  const cards = new Map(
    (await listCards(scope, [...new Set(files.map(({ bookId }) => bookId).concat(kind === 'content' ? [] : all))])).map((card) => [
      card.id,
      card,
    ]),
  )
  const last = page.at(-1)
  return {
    items: page.map((group): DuplicateGroup => {
      const own = files.filter((file) => group.ids.includes(kind === 'content' ? file.id : file.bookId))
      const books = kind === 'content' ? [...new Set(own.map(({ bookId }) => bookId))] : group.ids
      return {
        key: kind === 'isbn' ? group.key : String(group.ids[0]),
        books: books.flatMap((id) => cards.get(id) ?? []),
        files: own,
        size: group.size,
      }
    }),
    nextCursor: rows.length > limit && last ? encodeCursor([kind, last.key]) : null,
  }
}

async function listFiles(scope: OrganizationScope, which: SQL, ids: readonly string[], showPaths: boolean) {
  if (ids.length === 0) return []
  const rows = await scope.db
    .select({
      id: libraryFile.id,
      bookId: sql<string>`${libraryFile.bookId}`,
      format: libraryFile.format,
      path: libraryFile.path,
      kind: library.kind,
      size: libraryFile.size,
      missing: sql<boolean>`${libraryFile.missingAt} is not null and not ${libraryFile.held}`,
    })
    .from(libraryFile)
    .innerJoin(library, and(eq(library.organizationId, libraryFile.organizationId), eq(library.id, libraryFile.libraryId)))
    .where(and(eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.role, 'book'), which))
    .orderBy(asc(libraryFile.path))
  return rows.map(({ kind, ...row }) => ({
    ...row,
    size: row.size ?? 0,
    path: showPaths ? shownPath({ kind, path: row.path }) : row.path.slice(row.path.lastIndexOf('/') + 1),
  }))
}

const pairs = (ids: readonly string[]): [string, string][] => {
  const sorted = [...new Set(ids)].toSorted()
  return sorted.flatMap((one, at) => sorted.slice(at + 1).map((other): [string, string] => [one, other]))
}

/** Of these, the books of this library. */
export async function listBooksOf(scope: OrganizationScope, libraryId: string, bookIds: readonly string[]): Promise<string[]> {
  const rows = await scope.db
    .select({ id: book.id })
    .from(book)
    .where(and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, libraryId), inArray(book.id, [...bookIds])))
  return rows.map(({ id }) => id)
}

export async function insertDistinctions(scope: OrganizationScope, libraryId: string, bookIds: readonly string[]): Promise<void> {
  const { organizationId } = scope
  await scope.db
    .insert(bookDistinction)
    .values(pairs(bookIds).map(([bookId, otherId]) => ({ organizationId, libraryId, bookId, otherId })))
    .onConflictDoNothing()
}

export async function deleteDistinctions(scope: OrganizationScope, libraryId: string, bookIds: readonly string[]): Promise<void> {
  await scope.db
    .delete(bookDistinction)
    .where(
      and(
        eq(bookDistinction.organizationId, scope.organizationId),
        eq(bookDistinction.libraryId, libraryId),
        inArray(bookDistinction.bookId, [...bookIds]),
        inArray(bookDistinction.otherId, [...bookIds]),
      ),
    )
}
