import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, index, pgPolicy, primaryKey, snakeCase, text, uuid } from 'drizzle-orm/pg-core'
import { organization, user } from './auth.ts'
import { book } from './books.ts'
import { library } from './libraries.ts'
import {
  appRole,
  bytes,
  createdAt,
  gateRole,
  isOperator,
  jobLibrary,
  moment,
  organizationId,
  ownOrganization,
  ownUser,
  visibleLibrary,
} from './walls.ts'

/** What the files of a workspace may take of the store at most; without a row there is no limit. */
export const organizationQuota = snakeCase.table(
  'organization_quota',
  {
    organizationId: organizationId()
      .primaryKey()
      .references(() => organization.id, { onDelete: 'cascade' }),
    maxBytes: bigint({ mode: 'number' }).notNull(),
  },
  () => [
    check('organization_quota_size', sql`max_bytes >= 0`),
    pgPolicy('organization_quota_read', { for: 'select', to: appRole, using: ownOrganization }),
    pgPolicy('organization_quota_operator', { for: 'all', to: appRole, using: isOperator, withCheck: isOperator }),
    pgPolicy('organization_quota_gate', { for: 'select', to: gateRole, using: sql`true` }),
  ],
)

const mayUpload = sql.raw("app.library_may(organization_id, library_id, 'book:upload')")
/** Not the list of visible libraries, which is older than a library made in this transaction. */
const intoManaged = sql.raw("library_id in (select id from library where kind = 'managed')")

/**
 * A file on its way into a managed library. What came lies in the store in parts, named by where they begin and how long they
 * are. A row that is open or received holds its size of the workspace's quota.
 */
export const upload = snakeCase.table(
  'upload',
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    libraryId: uuid().notNull(),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    /** Safe as the name of a file. */
    name: text().notNull(),
    /** Folders that it lay in, as safe, `/`-separated; kept of files that belong together alone. */
    folder: text().notNull().default(''),
    /** As that of `library_file`: files of one unit are one book. Null: a book of its own. */
    unitHash: bytes(),
    size: bigint({ mode: 'number' }).notNull(),
    received: bigint({ mode: 'number' }).notNull().default(0),
    /** Where each part ends. */
    parts: bigint({ mode: 'number' }).array().notNull().default([]),
    /** `received`: whole, waits for its library's job. `refused`: no book, the problem says why. */
    state: text({ enum: ['open', 'received', 'done', 'refused'] })
      .notNull()
      .default('open'),
    problem: text(),
    problemDetail: text(),
    bookId: uuid(),
    createdAt: createdAt(),
    /** When something of it came last. */
    updatedAt: moment().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    index().on(t.organizationId, t.libraryId, t.userId),
    index().on(t.organizationId, t.bookId),
    index('upload_unit').on(t.organizationId, t.libraryId, t.unitHash),
    index().on(t.userId),
    index().on(t.updatedAt),
    check('upload_state', sql`state in ('open', 'received', 'done', 'refused')`),
    check('upload_unit_hash', sql`octet_length(unit_hash) = 16`),
    check('upload_size', sql`size > 0 and received between 0 and size and (state <> 'received' or received = size)`),
    pgPolicy('upload_read', {
      for: 'select',
      to: appRole,
      using: sql`${ownOrganization} and ((${ownUser} and ${visibleLibrary}) or ${jobLibrary})`,
    }),
    pgPolicy('upload_create', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${ownUser} and state = 'open' and received = 0 and ${mayUpload} and ${intoManaged}`,
    }),
    pgPolicy('upload_update', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ((${ownUser} and state = 'open' and ${mayUpload} and ${visibleLibrary}) or ${jobLibrary})`,
      withCheck: sql`${ownOrganization} and ((${ownUser} and state in ('open', 'received') and ${mayUpload} and ${visibleLibrary}) or ${jobLibrary})`,
    }),
    pgPolicy('upload_delete', { for: 'delete', to: appRole, using: sql`${ownOrganization} and ${ownUser} and state <> 'received'` }),
    pgPolicy('upload_gate', { for: 'select', to: gateRole, using: sql`true` }),
    pgPolicy('upload_expired', {
      for: 'delete',
      to: gateRole,
      using: sql`state <> 'received' and updated_at < now() - interval '24 hours'`,
    }),
  ],
)
