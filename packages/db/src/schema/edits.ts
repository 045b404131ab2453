import { sql } from 'drizzle-orm'
import { foreignKey, index, jsonb, pgPolicy, primaryKey, snakeCase, text, uuid } from 'drizzle-orm/pg-core'
import { user } from './auth.ts'
import { book } from './books.ts'
import { appRole, gateRole, moment, organizationId, ownOrganization } from './walls.ts'

/** The book is visible, and in its library the actor may edit what is known of books. */
const editableBook = sql.raw(`exists (select from book b where b.organization_id = book_change.organization_id
  and b.id = book_change.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit'))`)

/** What somebody did to what is known of books: a row for each book of one deed. */
export const bookChange = snakeCase.table(
  'book_change',
  {
    organizationId: organizationId(),
    /** The deed. */
    id: uuid().notNull(),
    bookId: uuid().notNull(),
    kind: text({ enum: ['edit', 'merge', 'split'] }).notNull(),
    at: moment().notNull().defaultNow(),
    actorId: uuid().references(() => user.id, { onDelete: 'set null' }),
    actorName: text().notNull(),
    /** Of an edit: what stood in the fields that changed, and what stands there; a field that is in neither was open. */
    before: jsonb().$type<Record<string, unknown>>().notNull(),
    after: jsonb().$type<Record<string, unknown>>().notNull(),
    undoneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id, t.bookId] }),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    index().on(t.organizationId, t.bookId, t.at),
    pgPolicy('book_change_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${editableBook}` }),
    pgPolicy('book_change_insert', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and actor_id is not distinct from (select app.current_user_id()) and ${editableBook}`,
    }),
    pgPolicy('book_change_update', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ${editableBook}`,
      withCheck: sql`${ownOrganization} and ${editableBook}`,
    }),
    pgPolicy('book_change_gate', { for: 'select', to: gateRole, using: sql`true` }),
  ],
)
