import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  numeric,
  pgPolicy,
  primaryKey,
  real,
  snakeCase,
  text,
  unique,
  uniqueIndex,
  uuid,
  type PgColumn,
} from 'drizzle-orm/pg-core'
import { organization } from './auth.ts'
import { library, libraryFolder } from './libraries.ts'
import {
  appRole,
  bytes,
  gateRole,
  inJob,
  libraryData,
  moment,
  organizationId,
  ownOrganization,
  purged,
  seenAndPurged,
  sharedData,
  writtenWhen,
} from './walls.ts'

/** Compared bytewise, so that no collation version can break an index. */
const sortKey = customType<{ data: string }>({ dataType: () => 'text collate "C"' })

const names = (table: string) =>
  snakeCase.table(
    table,
    {
      organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
      id: uuid().notNull(),
      name: text().notNull(),
      sortName: sortKey().notNull(),
      /** Folded name; one row each. */ nameKey: sortKey().notNull(),
    },
    (t) => [
      primaryKey({ columns: [t.organizationId, t.id] }),
      unique().on(t.organizationId, t.nameKey),
      ...sharedData(table),
      ...seenAndPurged(table),
    ],
  )

export const person = names('person')
export const series = names('series')
export const publisher = names('publisher')
export const tag = names('tag')

export const book = snakeCase.table(
  'book',
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    libraryId: uuid().notNull(),
    title: text().notNull(),
    sortTitle: sortKey().notNull(),
    subtitle: text(),
    publisherId: uuid(),
    /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
    published: text(),
    description: text(),
    languages: text().array().notNull(),
    layout: text({ enum: ['reflowable', 'fixed'] }).notNull(),
    direction: text({ enum: ['ltr', 'rtl'] }),
    vertical: boolean().notNull().default(false),
    drm: text(),
    /** What a card on the shelf shows, repeated here so that a list of books is one index walk. */
    authors: text().array().notNull(),
    authorSort: sortKey().notNull(),
    formats: text().array().notNull(),
    seriesName: text(),
    seriesPosition: text(),
    searchText: sortKey().notNull(),
    coverState: text({ enum: ['pending', 'ready', 'none'] })
      .notNull()
      .default('pending'),
    /** SHA-256 of the picture; names its thumbnails. */
    coverHash: text(),
    coverThumbhash: text(),
    coverColor: text(),
    coverAspect: real(),
    addedAt: moment().notNull(),
    updatedAt: moment().notNull(),
    deletedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.publisherId], foreignColumns: [publisher.organizationId, publisher.id] }),
    index('book_added')
      .on(t.organizationId, t.addedAt, t.id)
      .where(sql`deleted_at is null`),
    index('book_title')
      .on(t.organizationId, t.sortTitle, t.id)
      .where(sql`deleted_at is null`),
    index('book_author')
      .on(t.organizationId, t.authorSort, t.sortTitle, t.id)
      .where(sql`deleted_at is null`),
    index('book_library_added')
      .on(t.organizationId, t.libraryId, t.addedAt, t.id)
      .where(sql`deleted_at is null`),
    index('book_library_title')
      .on(t.organizationId, t.libraryId, t.sortTitle, t.id)
      .where(sql`deleted_at is null`),
    index('book_library_author')
      .on(t.organizationId, t.libraryId, t.authorSort, t.sortTitle, t.id)
      .where(sql`deleted_at is null`),
    ...libraryData('book'),
    pgPolicy('book_gate', { for: 'select', to: gateRole, using: sql`true` }),
    purged('book'),
  ],
)

/** Rows that belong to a book are seen with it, and written by the job that writes it. */
const ofBook = (table: string, t: { organizationId: PgColumn; bookId: PgColumn }) => {
  const bookVisible = sql.raw(`exists (select from book b where b.organization_id = ${table}.organization_id and b.id = ${table}.book_id)`)
  return [
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    pgPolicy(`${table}_read`, { for: 'select', to: appRole, using: sql`${ownOrganization} and ${bookVisible}` }),
    ...writtenWhen(table, sql`${ownOrganization} and ${inJob} and ${bookVisible}`),
  ]
}

export const bookContributor = snakeCase.table(
  'book_contributor',
  {
    organizationId: organizationId(),
    bookId: uuid().notNull(),
    position: integer().notNull(),
    personId: uuid().notNull(),
    role: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId, t.position] }),
    foreignKey({ columns: [t.organizationId, t.personId], foreignColumns: [person.organizationId, person.id] }),
    index().on(t.organizationId, t.personId),
    ...ofBook('book_contributor', t),
  ],
)

export const bookSeries = snakeCase.table(
  'book_series',
  {
    organizationId: organizationId(),
    bookId: uuid().notNull(),
    seriesId: uuid().notNull(),
    position: numeric({ precision: 12, scale: 4 }),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId, t.seriesId] }),
    foreignKey({ columns: [t.organizationId, t.seriesId], foreignColumns: [series.organizationId, series.id] }),
    index().on(t.organizationId, t.seriesId, t.position),
    ...ofBook('book_series', t),
  ],
)

export const bookTag = snakeCase.table(
  'book_tag',
  { organizationId: organizationId(), bookId: uuid().notNull(), tagId: uuid().notNull() },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId, t.tagId] }),
    foreignKey({ columns: [t.organizationId, t.tagId], foreignColumns: [tag.organizationId, tag.id] }),
    index().on(t.organizationId, t.tagId),
    ...ofBook('book_tag', t),
  ],
)

export const bookIdentifier = snakeCase.table(
  'book_identifier',
  {
    organizationId: organizationId(),
    bookId: uuid().notNull(),
    position: integer().notNull(),
    scheme: text().notNull(),
    value: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.bookId, t.position] }), ...ofBook('book_identifier', t)],
)

/** Every book file ever seen in a library: part of a book, or a problem with its reason. */
export const libraryFile = snakeCase.table(
  'library_file',
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    libraryId: uuid().notNull(),
    folderId: uuid().notNull(),
    bookId: uuid(),
    /** Below the library's folder, '/'-separated. */
    path: text().notNull(),
    /** SHA-256 of the path: paths may be longer than an index row. */
    pathHash: bytes().notNull(),
    size: bigint({ mode: 'number' }),
    /** Milliseconds since 1970, as the file system tells them. */
    modifiedMs: bigint({ mode: 'number' }),
    sha256: text(),
    format: text(),
    problem: text(),
    problemDetail: text(),
    seenAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.folderId], foreignColumns: [libraryFolder.organizationId, libraryFolder.id] }).onDelete(
      'cascade',
    ),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    uniqueIndex('library_file_path').on(t.organizationId, t.folderId, t.pathHash),
    index('library_file_book').on(t.organizationId, t.bookId),
    index('library_file_content')
      .on(t.organizationId, t.libraryId, t.sha256)
      .where(sql`book_id is not null`),
    index('library_file_problem')
      .on(t.organizationId, t.libraryId, t.id)
      .where(sql`problem is not null`),
    ...libraryData('library_file'),
    ...seenAndPurged('library_file'),
  ],
)
