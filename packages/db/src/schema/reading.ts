import { sql } from 'drizzle-orm'
import { foreignKey, index, jsonb, pgPolicy, primaryKey, real, snakeCase, text, uuid } from 'drizzle-orm/pg-core'
import { user } from './auth.ts'
import { book } from './books.ts'
import { appRole, gateRole, moment, organizationId, ownOrganization, ownUser } from './walls.ts'

/** Class personal: where a person is in a book. */
export const readingState = snakeCase.table(
  'reading_state',
  {
    organizationId: organizationId(),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    bookId: uuid().notNull(),
    status: text({ enum: ['unread', 'reading', 'finished'] }).notNull(),
    /** 0 to 1. */
    progress: real(),
    /** Place in the book; its form depends on the format. */
    locator: jsonb(),
    updatedAt: moment().notNull(),
    finishedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId, t.bookId] }),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    index().on(t.userId, t.updatedAt),
    pgPolicy('reading_state_own', {
      for: 'all',
      to: appRole,
      using: sql`${ownUser} and ${ownOrganization} and exists (select from book b where b.organization_id = reading_state.organization_id and b.id = reading_state.book_id)`,
      withCheck: sql`${ownUser} and ${ownOrganization} and exists (select from book b where b.organization_id = reading_state.organization_id and b.id = reading_state.book_id)`,
    }),
    pgPolicy('reading_state_merge', { for: 'all', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

/** Class personal: where people were in books when these were made one, for the day on which they are parted again. The gate's alone. */
export const mergedReading = snakeCase.table(
  'merged_reading',
  {
    organizationId: organizationId(),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    /** The deed; see `bookChange`. */
    changeId: uuid().notNull(),
    bookId: uuid().notNull(),
    status: text({ enum: ['unread', 'reading', 'finished'] }).notNull(),
    progress: real(),
    locator: jsonb(),
    updatedAt: moment().notNull(),
    finishedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId, t.changeId, t.bookId] }),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    index().on(t.organizationId, t.changeId),
    pgPolicy('merged_reading_gate', { for: 'all', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)
