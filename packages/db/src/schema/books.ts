import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
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
  editedData,
  gateRole,
  inJob,
  moment,
  organizationId,
  ownOrganization,
  purged,
  seenAndPurged,
  sharedData,
  visibleLibrary,
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

/** Characters that do not tell two titles apart. */
const unlike = `E' .,:;!?\\'"\\u2019\\u2018\\u201c\\u201d-\\u2010\\u2013\\u2014_()[]/&\\u2026\\u30fb\\u3000'`

/** Missing for as many nights as its library keeps what is missing. */
const keptLongEnough = sql.raw(`missing_at is not null and missing_nights >= (
  select l.keep_missing_nights from library l where l.organization_id = book.organization_id and l.id = book.library_id)`)

/** In the trash for thirty days. */
const trashedLongEnough = sql.raw("merged_into is null and deleted_at < now() - interval '30 days'")
/** A job, whose writes are many, is told apart before rights are asked for. */
const mayDelete = sql.raw(`(select app.job_library()) is null and library_id = any ((select app.visible_libraries())::uuid[])
  and app.library_may(organization_id, library_id, 'book:delete')
  and exists (select from library l where l.organization_id = book.organization_id and l.id = book.library_id and l.kind = 'managed')`)
/** Of a library that the actor may work in so, within a function of the gate. */
const byHand = (permission: string) =>
  sql.raw(`organization_id = (select app.current_organization()) and app.library_may(organization_id, library_id, '${permission}')`)

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
    /** The same for books that a reader would take for one: folded title and first author, without spaces and marks. */
    likeness: sortKey().generatedAlwaysAs(
      sql`left(translate(split_part(search_text, E' \\x1f ', 1), ${sql.raw(unlike)}, ''), 200) || E'\\x1f' || translate(author_sort, ${sql.raw(unlike)}, '')`,
    ),
    coverState: text({ enum: ['pending', 'ready', 'none'] })
      .notNull()
      .default('pending'),
    /** SHA-256 of the picture; names its thumbnails. */
    coverHash: text(),
    coverThumbhash: text(),
    coverColor: text(),
    coverAspect: real(),
    /** The file whose picture is the cover, and the digest of that file when it was chosen. */
    coverFileId: uuid(),
    coverFileSha256: text(),
    /** Pages of a PDF or a comic. */
    pageCount: integer(),
    /** Seconds of an audiobook. */
    duration: real(),
    addedAt: moment().notNull(),
    updatedAt: moment().notNull(),
    deletedAt: moment(),
    /** The book that has its files now: this one is kept, hidden, for the day on which they are parted again. */
    mergedInto: uuid(),
    /** Since when none of its files is there. */
    missingAt: moment(),
    /** Nights on which the server looked and found none. */
    missingNights: integer().notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.publisherId], foreignColumns: [publisher.organizationId, publisher.id] }),
    foreignKey({ name: 'book_merged_into', columns: [t.organizationId, t.mergedInto], foreignColumns: [t.organizationId, t.id] }).onDelete(
      'cascade',
    ),
    index('book_merged')
      .on(t.organizationId, t.mergedInto)
      .where(sql`merged_into is not null`),
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
    index('book_likeness')
      .on(t.organizationId, t.libraryId, t.likeness, t.id)
      .where(sql`deleted_at is null`),
    index('book_missing')
      .on(t.organizationId, t.libraryId, t.id)
      .where(sql`missing_at is not null`),
    index('book_deleted')
      .on(t.organizationId, t.libraryId, t.deletedAt, t.id)
      .where(sql`deleted_at is not null`),
    ...editedData('book', { insert: true, update: true }),
    // Into the trash of a managed library and out of it.
    pgPolicy('book_trash', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ${mayDelete}`,
      withCheck: sql`${ownOrganization} and ${mayDelete}`,
    }),
    pgPolicy('book_trashed', { for: 'delete', to: gateRole, using: trashedLongEnough }),
    pgPolicy('book_gate', { for: 'select', to: gateRole, using: sql`true` }),
    pgPolicy('book_night', { for: 'update', to: gateRole, using: sql`missing_at is not null`, withCheck: sql`missing_at is not null` }),
    pgPolicy('book_expired', { for: 'delete', to: gateRole, using: keptLongEnough }),
    pgPolicy('book_removed', { for: 'delete', to: gateRole, using: sql`missing_at is not null and ${byHand('book:delete')}` }),
    pgPolicy('book_emptied', {
      for: 'delete',
      to: gateRole,
      using: sql`merged_into is null and deleted_at is not null and ${byHand('book:delete')}`,
    }),
    pgPolicy('book_let_go', { for: 'update', to: gateRole, using: byHand('library:update'), withCheck: byHand('library:update') }),
    purged('book'),
  ],
)

/** Seen with the book; written by its library's job, and by people who may edit what is known of it. */
const editedBook = (table: string, t: { organizationId: PgColumn; bookId: PgColumn }) => {
  const of = (permission: string) =>
    sql.raw(
      `exists (select from book b where b.organization_id = ${table}.organization_id and b.id = ${table}.book_id${permission && ` and app.library_may(b.organization_id, b.library_id, '${permission}')`})`,
    )
  return [
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    pgPolicy(`${table}_read`, { for: 'select', to: appRole, using: sql`${ownOrganization} and ${of('')}` }),
    ...writtenWhen(table, sql`${ownOrganization} and ((${inJob} and ${of('')}) or ${of('metadata:edit')})`),
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
    ...editedBook('book_contributor', t),
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
    ...editedBook('book_series', t),
  ],
)

export const bookTag = snakeCase.table(
  'book_tag',
  { organizationId: organizationId(), bookId: uuid().notNull(), tagId: uuid().notNull() },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId, t.tagId] }),
    foreignKey({ columns: [t.organizationId, t.tagId], foreignColumns: [tag.organizationId, tag.id] }),
    index().on(t.organizationId, t.tagId),
    ...editedBook('book_tag', t),
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
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId, t.position] }),
    index('book_identifier_isbn')
      .on(t.organizationId, t.value, t.bookId)
      .where(sql`scheme = 'isbn'`),
    ...editedBook('book_identifier', t),
  ],
)

const distinguished = sql`${ownOrganization} and ${visibleLibrary} and ${sql.raw(`app.library_may(organization_id, library_id, 'metadata:edit')`)}`

/** Books that somebody said are not the same, though they look so. The lesser id comes first. */
export const bookDistinction = snakeCase.table(
  'book_distinction',
  {
    organizationId: organizationId(),
    bookId: uuid().notNull(),
    otherId: uuid().notNull(),
    libraryId: uuid().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId, t.otherId] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.otherId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    index().on(t.organizationId, t.otherId),
    check('book_distinction_two', sql`book_id <> other_id`),
    pgPolicy('book_distinction_read', { for: 'select', to: appRole, using: distinguished }),
    pgPolicy('book_distinction_insert', { for: 'insert', to: appRole, withCheck: distinguished }),
    pgPolicy('book_distinction_delete', { for: 'delete', to: appRole, using: distinguished }),
  ],
)

/** What a file tells of its book, as it stands there; the shape is `BookMetadata` of the formats. */
const raw = () => jsonb()

/** What people wrote of a book: these fields are theirs, whatever its files say. */
export const bookEdit = snakeCase.table(
  'book_edit',
  {
    organizationId: organizationId(),
    bookId: uuid().notNull(),
    /** By field; a field that is there is locked, null means that it is empty. */
    values: jsonb().$type<Record<string, unknown>>().notNull(),
    updatedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId] }),
    ...editedBook('book_edit', t),
    pgPolicy('book_edit_gate', { for: 'select', to: gateRole, using: sql`true` }),
  ],
)

/** Content that a file of a book once had: where it turns up again, it is that book. */
export const formerContent = snakeCase.table(
  'former_content',
  {
    organizationId: organizationId(),
    libraryId: uuid().notNull(),
    sha256: text().notNull(),
    bookId: uuid().notNull(),
    /** The file that had it, and the run in which it got other content. */
    fileId: uuid(),
    scanId: uuid(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.libraryId, t.sha256] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    index().on(t.organizationId, t.bookId),
    ...editedData('former_content', { update: true }),
    pgPolicy('former_content_kept_read', { for: 'select', to: gateRole, using: byHand('library:update') }),
    pgPolicy('former_content_kept', { for: 'insert', to: gateRole, withCheck: byHand('library:update') }),
    pgPolicy('former_content_kept_again', {
      for: 'update',
      to: gateRole,
      using: byHand('library:update'),
      withCheck: byHand('library:update'),
    }),
  ],
)

/** Every file of interest ever seen in a library: part of a book, beside one, or a problem with its reason. */
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
    /** Orders paths as a walk meets them: `/` comes before every other character. */
    pathKey: sortKey().generatedAlwaysAs(sql`left(replace(path, '/', E'\\x01'), 512)`),
    /** Files of one unit are one book: digest of the unit's name, see `unitsOf` of the scans. */
    unitHash: bytes(),
    role: text({ enum: ['book', 'sidecar'] })
      .notNull()
      .default('book'),
    size: bigint({ mode: 'number' }),
    /** Milliseconds since 1970, as the file system tells them. */
    modifiedMs: bigint({ mode: 'number' }),
    sha256: text(),
    koreaderMd5: text(),
    format: text(),
    metadata: raw(),
    hasCover: boolean().notNull().default(false),
    problem: text(),
    problemDetail: text(),
    /** Somebody said that this problem is of no interest. */
    ignoredAt: moment(),
    seenAt: moment().notNull(),
    /** Since when a walk has not met it. */
    missingAt: moment(),
    /** Not met, but so many at once that somebody is asked first; such a file counts as there. */
    held: boolean().notNull().default(false),
    /** Nights for which it has been missing while its book is there. */
    missingNights: integer().notNull().default(0),
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
    index('library_file_order').on(t.organizationId, t.folderId, t.pathKey, t.id),
    index('library_file_unit').on(t.organizationId, t.libraryId, t.unitHash),
    index('library_file_missing')
      .on(t.organizationId, t.libraryId, t.id)
      .where(sql`missing_at is not null`),
    index('library_file_content')
      .on(t.organizationId, t.libraryId, t.sha256)
      .where(sql`book_id is not null`),
    index('library_file_problem')
      .on(t.organizationId, t.libraryId, t.id)
      .where(sql`problem is not null`),
    index('library_file_present')
      .on(t.organizationId, t.libraryId, t.sha256)
      .where(sql`book_id is not null and role = 'book' and missing_at is null`),
    ...editedData('library_file', { update: true }),
    ...seenAndPurged('library_file'),
    pgPolicy('library_file_gate', { for: 'select', to: gateRole, using: sql`true` }),
    pgPolicy('library_file_stray', {
      for: 'delete',
      to: gateRole,
      using: sql`role = 'sidecar' and seen_at < now() - interval '24 hours' and library_id in (select id from library where kind = 'managed')`,
    }),
    pgPolicy('library_file_ignored', {
      for: 'update',
      to: gateRole,
      using: sql`problem is not null and ${byHand('library:scan')}`,
      withCheck: byHand('library:scan'),
    }),
    pgPolicy('library_file_night', {
      for: 'update',
      to: gateRole,
      using: sql`missing_at is not null`,
      withCheck: sql`missing_at is not null`,
    }),
  ],
)

/** Books whose thumbnail is still to be made; those wanted last come first. */
export const coverTask = snakeCase.table(
  'cover_task',
  {
    organizationId: organizationId(),
    bookId: uuid().notNull(),
    libraryId: uuid().notNull(),
    wantedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    // The order in which they are taken; its NULLS LAST is Drizzle's own for desc().
    index().on(t.organizationId, t.libraryId, t.wantedAt.desc(), t.bookId),
    ...editedData('cover_task', { insert: true, delete: true }),
    pgPolicy('cover_task_want', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ${visibleLibrary}`,
      withCheck: sql`${ownOrganization} and ${visibleLibrary}`,
    }),
    ...seenAndPurged('cover_task'),
  ],
)
