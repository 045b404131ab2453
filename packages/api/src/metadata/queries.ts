import { and, asc, eq, sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { book, metadataField, metadataValue, organization } from '@carrel/db/schema'
import { nameKey } from '../books/sort-key.ts'
import { violates } from '../errors.ts'
import type { OrganizationScope } from '../scope.ts'
import type { MetadataChoice, MetadataField, MetadataKind, MetadataUses, MetadataValue } from './schema.ts'

const columns = { id: metadataField.id, name: metadataField.name, kind: metadataField.kind, choices: metadataField.choices }
const theField = (scope: OrganizationScope, fieldId: string) =>
  and(eq(metadataField.organizationId, scope.organizationId), eq(metadataField.id, fieldId))

/** Fields in their order. */
export const listFields = (scope: OrganizationScope): Promise<MetadataField[]> =>
  scope.db
    .select(columns)
    .from(metadataField)
    .where(eq(metadataField.organizationId, scope.organizationId))
    .orderBy(asc(metadataField.position), asc(metadataField.id))

export async function findField(scope: OrganizationScope, fieldId: string): Promise<MetadataField | undefined> {
  const [row] = await scope.db.select(columns).from(metadataField).where(theField(scope, fieldId))
  return row
}

/** Who defines fields waits for others who do, so that their number and order are known. */
export async function lockFields(scope: OrganizationScope): Promise<void> {
  await scope.db.select({ id: organization.id }).from(organization).where(eq(organization.id, scope.organizationId)).for('no key update')
}

/** The id of a new field; null when the name is taken. */
export async function insertField(
  scope: OrganizationScope,
  input: { name: string; kind: MetadataKind; choices: MetadataChoice[]; position: number },
): Promise<string | null> {
  const id = newId()
  const { organizationId } = scope
  try {
    await scope.db.insert(metadataField).values({ organizationId, id, ...input, nameKey: nameKey(input.name) })
    return id
  } catch (error) {
    if (violates(error, 'metadata_field_name')) return null
    throw error
  }
}

/** What keeps the change back, if anything. */
export async function updateField(
  scope: OrganizationScope,
  fieldId: string,
  values: { name: string; kind: MetadataKind; choices: MetadataChoice[] },
): Promise<'name-taken' | 'in-use' | null> {
  try {
    await scope.db
      .update(metadataField)
      .set({ ...values, nameKey: nameKey(values.name) })
      .where(theField(scope, fieldId))
    return null
  } catch (error) {
    if (violates(error, 'metadata_field_name')) return 'name-taken'
    if (violates(error, 'metadata_value_field')) return 'in-use'
    throw error
  }
}

export async function orderFields(scope: OrganizationScope, fieldIds: readonly string[]): Promise<void> {
  for (const [position, fieldId] of fieldIds.entries())
    await scope.db.update(metadataField).set({ position }).where(theField(scope, fieldId))
}

export async function deleteField(scope: OrganizationScope, fieldId: string): Promise<void> {
  await scope.db.delete(metadataField).where(theField(scope, fieldId))
}

/** How many books have a value in this field of the workspace. */
export async function countUses(scope: OrganizationScope, fieldId: string): Promise<MetadataUses> {
  const rows = await scope.db.execute<{ choice: string | null; books: number }>(
    sql`select choice, books from app.metadata_uses(${fieldId}::uuid)`,
  )
  const uses: MetadataUses = { books: 0, byChoice: {} }
  for (const { choice, books } of rows) {
    uses.books += books
    if (choice !== null) uses.byChoice[choice] = books
  }
  return uses
}

/** The library of a book that is on the shelf and visible. */
export async function findLibraryOfBook(scope: OrganizationScope, bookId: string): Promise<string | undefined> {
  const [row] = await scope.db
    .select({ libraryId: book.libraryId })
    .from(book)
    .where(and(eq(book.organizationId, scope.organizationId), eq(book.id, bookId), sql`${book.deletedAt} is null`))
  return row?.libraryId
}

/** The one column that a value of this kind has. */
const columnOf = (kind: MetadataKind, value: string | number | boolean) => ({
  text: null,
  number: null,
  date: null,
  flag: null,
  choice: null,
  [kind]: value,
})

export async function upsertValue(
  scope: OrganizationScope,
  bookId: string,
  { fieldId, kind, value }: { fieldId: string; kind: MetadataKind; value: string | number | boolean },
): Promise<void> {
  const held = columnOf(kind, value)
  await scope.db
    .insert(metadataValue)
    .values({ organizationId: scope.organizationId, bookId, fieldId, kind, ...held })
    .onConflictDoUpdate({ target: [metadataValue.organizationId, metadataValue.bookId, metadataValue.fieldId], set: held })
}

export async function deleteValue(scope: OrganizationScope, bookId: string, fieldId: string): Promise<void> {
  await scope.db
    .delete(metadataValue)
    .where(
      and(eq(metadataValue.organizationId, scope.organizationId), eq(metadataValue.bookId, bookId), eq(metadataValue.fieldId, fieldId)),
    )
}

/** What a book has in the fields of the workspace, in their order. */
export async function listValues(scope: OrganizationScope, bookId: string): Promise<MetadataValue[]> {
  const rows = await scope.db
    .select({
      fieldId: metadataField.id,
      name: metadataField.name,
      kind: metadataField.kind,
      choices: metadataField.choices,
      text: metadataValue.text,
      number: metadataValue.number,
      date: metadataValue.date,
      flag: metadataValue.flag,
      choice: metadataValue.choice,
    })
    .from(metadataValue)
    .innerJoin(
      metadataField,
      and(eq(metadataField.organizationId, metadataValue.organizationId), eq(metadataField.id, metadataValue.fieldId)),
    )
    .where(and(eq(metadataValue.organizationId, scope.organizationId), eq(metadataValue.bookId, bookId)))
    .orderBy(asc(metadataField.position), asc(metadataField.id))
  return rows.flatMap(({ fieldId, name, kind, choices, ...held }) => {
    const value = held[kind]
    const choice = choices.find(({ id }) => id === value)?.name ?? null
    return value === null || (kind === 'choice' && choice === null) ? [] : { fieldId, name, kind, value, choice }
  })
}
