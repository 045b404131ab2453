import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgPolicy,
  primaryKey,
  snakeCase,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { organization } from './auth.ts'
import { book } from './books.ts'
import { appRole, createdAt, gateRole, may, organizationId, ownOrganization, writtenWhen } from './walls.ts'

const kinds = ['text', 'number', 'date', 'flag', 'choice'] as const

/** A field that a workspace adds to what is known of a book. */
export const metadataField = snakeCase.table(
  'metadata_field',
  {
    organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    name: text().notNull(),
    /** Folded: two fields whose names read the same are one. */
    nameKey: text().notNull(),
    kind: text({ enum: kinds }).notNull(),
    /** What may be chosen, in order; empty for other kinds. Values name a choice by its id. */
    choices: jsonb().$type<{ id: string; name: string }[]>().notNull().default([]),
    position: integer().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique('metadata_field_name').on(t.organizationId, t.nameKey),
    unique('metadata_field_kind').on(t.organizationId, t.id, t.kind),
    check('metadata_field_kinds', sql`kind in ('text', 'number', 'date', 'flag', 'choice')`),
    pgPolicy('metadata_field_read', { for: 'select', to: appRole, using: ownOrganization }),
    ...writtenWhen('metadata_field', sql`${ownOrganization} and ${may('organization:update')}`),
  ],
)

/** The book is visible, and in its library the actor may edit what is known of books. */
const editableBook = sql.raw(`exists (select from book b where b.organization_id = metadata_value.organization_id
  and b.id = metadata_value.book_id and app.library_may(b.organization_id, b.library_id, 'metadata:edit'))`)
const visibleBook = sql.raw(
  `exists (select from book b where b.organization_id = metadata_value.organization_id and b.id = metadata_value.book_id)`,
)

/** What a book has in such a field. The kind is that of the field, which therefore keeps it while there are values. */
export const metadataValue = snakeCase.table(
  'metadata_value',
  {
    organizationId: organizationId(),
    bookId: uuid().notNull(),
    fieldId: uuid().notNull(),
    kind: text({ enum: kinds }).notNull(),
    text: text(),
    number: doublePrecision(),
    date: date({ mode: 'string' }),
    flag: boolean(),
    choice: uuid(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.bookId, t.fieldId] }),
    foreignKey({ columns: [t.organizationId, t.bookId], foreignColumns: [book.organizationId, book.id] }).onDelete('cascade'),
    foreignKey({
      name: 'metadata_value_field',
      columns: [t.organizationId, t.fieldId, t.kind],
      foreignColumns: [metadataField.organizationId, metadataField.id, metadataField.kind],
    }).onDelete('cascade'),
    index().on(t.organizationId, t.fieldId, t.choice),
    check(
      'metadata_value_one',
      sql`num_nonnulls(text, number, date, flag, choice) = 1 and case kind when 'text' then text is not null
        when 'number' then number > '-Infinity' and number < 'Infinity' when 'date' then date is not null
        when 'flag' then flag is not null else choice is not null end`,
    ),
    pgPolicy('metadata_value_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${visibleBook}` }),
    ...writtenWhen('metadata_value', sql`${ownOrganization} and ${editableBook}`),
    pgPolicy('metadata_value_gate', { for: 'select', to: gateRole, using: sql`true` }),
  ],
)
