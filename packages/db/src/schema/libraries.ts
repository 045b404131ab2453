import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgPolicy,
  primaryKey,
  snakeCase,
  text,
  unique,
  uuid,
  type PgColumn,
} from 'drizzle-orm/pg-core'
import { organization, user } from './auth.ts'
import {
  appRole,
  createdAt,
  gateRole,
  inJob,
  isOperator,
  jobLibrary,
  libraryData,
  may,
  moment,
  organizationId,
  ownOrganization,
  ownUser,
  purged,
} from './walls.ts'

/** A folder of the server that the operator opened to an organization. */
export const rootAssignment = snakeCase.table(
  'root_assignment',
  {
    organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    path: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.organizationId, t.path),
    pgPolicy('root_assignment_read', {
      for: 'select',
      to: appRole,
      using: sql`${ownOrganization} and (${may('library:create')} or ${may('book:read')} or ${inJob})`,
    }),
    pgPolicy('root_assignment_gate', { for: 'select', to: gateRole, using: sql`true` }),
    pgPolicy('root_assignment_operator', { for: 'all', to: appRole, using: isOperator, withCheck: isOperator }),
  ],
)

/** Held in the organization, or by a grant on this library. */
const mayInLibrary = (permission: string, library: 'id' | 'library_id') =>
  sql.raw(`app.library_may(organization_id, ${library}, '${permission}')`)
const seesLibrary = sql`app.sees_library(organization_id, id, visibility)`

export const library = snakeCase.table(
  'library',
  {
    organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    name: text().notNull(),
    /** Its files lie in folders of the server, which nothing here writes to, or in the store, where people upload them. */
    kind: text({ enum: ['folders', 'managed'] })
      .notNull()
      .default('folders'),
    visibility: text({ enum: ['organization', 'restricted'] }).notNull(),
    createdAt: createdAt(),
    lastScannedAt: moment(),
    /** Kept by the library's job, since counting rows under policies costs a walk. */
    bookCount: integer().notNull().default(0),
    problemCount: integer().notNull().default(0),
    /** Of the files of its books, likewise. */
    fileBytes: bigint({ mode: 'number' }).notNull().default(0),
    /** Books none of whose files is there. */
    missingCount: integer().notNull().default(0),
    /** Files of books that the last scan did not find, and that somebody has to say are gone. */
    heldCount: integer().notNull().default(0),
    /** What is believed first where sources differ, after what people wrote. */
    precedence: text({ enum: ['sidecar', 'file'] })
      .array()
      .notNull()
      .default(['sidecar', 'file']),
    /** Nights for which a missing book and everyone's place in it are kept; null: until somebody removes it. */
    keepMissingNights: integer().default(30),
    /** Cron expression in the server's time, or null. */
    schedule: text(),
    /** When the schedule was set, or last came due. */
    scheduledAt: moment(),
    watch: boolean().notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique('library_name_unique').on(t.organizationId, t.name),
    check('library_keep_missing', sql`keep_missing_nights between 0 and 365`),
    pgPolicy('library_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${seesLibrary}` }),
    pgPolicy('library_create', { for: 'insert', to: appRole, withCheck: sql`${ownOrganization} and ${may('library:create')}` }),
    pgPolicy('library_update', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ((${mayInLibrary('library:update', 'id')} and ${seesLibrary}) or id = (select app.job_library()))`,
      withCheck: sql`${ownOrganization} and ((${mayInLibrary('library:update', 'id')} and ${seesLibrary}) or id = (select app.job_library()))`,
    }),
    pgPolicy('library_delete', { for: 'delete', to: appRole, using: sql`${ownOrganization} and ${may('library:delete')}` }),
    pgPolicy('library_gate', { for: 'select', to: gateRole, using: sql`true` }),
    pgPolicy('library_tally', { for: 'update', to: gateRole, using: sql`true`, withCheck: sql`true` }),
    purged('library'),
  ],
)

const libraryKey = (t: { organizationId: PgColumn; libraryId: PgColumn }) =>
  foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade')

/** Who sees a restricted library, and as what: the highest of a person's grants. Kept by triggers on the grants and teams. */
export const libraryAccess = snakeCase.table(
  'library_access',
  {
    organizationId: organizationId(),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    libraryId: uuid().notNull(),
    level: text({ enum: ['viewer', 'contributor', 'editor', 'manager'] }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId, t.libraryId] }),
    index().on(t.userId),
    libraryKey(t),
    pgPolicy('library_access_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${ownUser}` }),
    pgPolicy('library_access_gate', { for: 'all', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

export const libraryFolder = snakeCase.table(
  'library_folder',
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    libraryId: uuid().notNull(),
    path: text().notNull(),
    /** Why it cannot be scanned now; while it is set, nothing of it counts as gone. */
    trouble: text({ enum: ['missing', 'closed', 'unreadable', 'empty'] }),
    troubleSince: moment(),
    /** How changes are noticed: told by the system, looked for from time to time, or only when asked. */
    watchMode: text({ enum: ['watching', 'polling', 'off'] })
      .notNull()
      .default('off'),
    /** Type of the file system, as the system names it. */
    fileSystem: text(),
    /** When it was last looked through. */
    checkedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    libraryKey(t),
    index().on(t.organizationId, t.libraryId),
    pgPolicy('library_folder_read', {
      for: 'select',
      to: appRole,
      using: sql`${ownOrganization} and library_id in (select id from library)`,
    }),
    pgPolicy('library_folder_create', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and (${may('library:create')} or ${mayInLibrary('library:update', 'library_id')}) and library_id in (select id from library)`,
    }),
    pgPolicy('library_folder_update', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and (${jobLibrary} or (${mayInLibrary('library:update', 'library_id')} and library_id in (select id from library)))`,
      withCheck: sql`${ownOrganization} and (${jobLibrary} or (${mayInLibrary('library:update', 'library_id')} and library_id in (select id from library)))`,
    }),
    pgPolicy('library_folder_delete', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and ${mayInLibrary('library:update', 'library_id')} and library_id in (select id from library)`,
    }),
    pgPolicy('library_folder_gate', { for: 'select', to: gateRole, using: sql`true` }),
  ],
)

/** One run over a library. */
export const scan = snakeCase.table(
  'scan',
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    libraryId: uuid().notNull(),
    status: text({ enum: ['queued', 'listing', 'covering', 'done', 'failed', 'cancelled'] })
      .notNull()
      .default('queued'),
    /** Why it was started. */
    reason: text({ enum: ['asked', 'schedule', 'change', 'upload'] })
      .notNull()
      .default('asked'),
    /** Name of who asked for it, as it was then. */
    askedBy: text(),
    /** Part of the library: below this path of this folder, or null for all of it. */
    folderId: uuid(),
    path: text(),
    /** One book, whose files are read anew whether they changed or not. */
    bookId: uuid(),
    /** All books are described anew from what is known, since other sources are believed first now. */
    describe: boolean().notNull().default(false),
    /** Somebody said that what is held is gone. */
    confirmed: boolean().notNull().default(false),
    cancelRequested: boolean().notNull().default(false),
    /** Whoever runs it now; a run that lost its place writes nothing more. */
    runner: uuid(),
    moved: integer().notNull().default(0),
    missing: integer().notNull().default(0),
    restored: integer().notNull().default(0),
    /** Not found, and so many that somebody is asked first. */
    held: integer().notNull().default(0),
    found: integer().notNull().default(0),
    walked: boolean().notNull().default(false),
    listed: integer().notNull().default(0),
    unchanged: integer().notNull().default(0),
    problems: integer().notNull().default(0),
    covered: integer().notNull().default(0),
    coversTotal: integer().notNull().default(0),
    /** Thousandths of a file per second. */
    milliRate: bigint({ mode: 'number' }).notNull().default(0),
    currentFolder: text(),
    createdAt: createdAt(),
    startedAt: moment(),
    finishedAt: moment(),
    error: text(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    libraryKey(t),
    index().on(t.organizationId, t.libraryId, t.createdAt),
    ...libraryData('scan'),
    // Not the list of visible libraries, which is older than a library made in this transaction.
    pgPolicy('scan_create', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and (${mayInLibrary('library:scan', 'library_id')} or (describe and (${mayInLibrary('library:update', 'library_id')} or ${mayInLibrary('metadata:edit', 'library_id')}))) and library_id in (select id from library)`,
    }),
    pgPolicy('scan_upload', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and reason = 'upload' and folder_id is null and book_id is null and not confirmed
        and ${mayInLibrary('book:upload', 'library_id')} and library_id in (select id from library where kind = 'managed')`,
    }),
    pgPolicy('scan_gate', { for: 'select', to: gateRole, using: sql`true` }),
    pgPolicy('scan_tidy', { for: 'delete', to: gateRole, using: sql`status in ('done', 'failed', 'cancelled')` }),
    pgPolicy('scan_cancel', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ${mayInLibrary('library:scan', 'library_id')} and library_id in (select id from library)`,
      withCheck: sql`${ownOrganization} and ${mayInLibrary('library:scan', 'library_id')} and library_id in (select id from library)`,
    }),
  ],
)
