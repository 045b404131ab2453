import { ORPCError } from '@orpc/server'
import { newId } from '@carrel/db'
import * as z from 'zod'
import { record } from '../audit/queries.ts'
import { notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { limits } from '../limits.ts'
import { allowed, member, onBook } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { fits, readsTwice } from './policy.ts'
import {
  countUses,
  deleteField,
  deleteValue,
  findField,
  insertField,
  listFields,
  lockFields,
  orderFields,
  updateField,
  upsertValue,
} from './queries.ts'
import {
  CreateMetadataField,
  MetadataField,
  MetadataFieldId,
  MetadataUses,
  OrderMetadataFields,
  SetMetadata,
  UpdateMetadataField,
  type MetadataChoice,
  type MetadataKind,
} from './schema.ts'

async function getField(scope: OrganizationScope, fieldId: string): Promise<MetadataField> {
  const field = await findField(scope, fieldId)
  if (!field) throw notFound('field')
  return field
}

const told = ({ name, kind, choices }: { name: string; kind: MetadataKind; choices: readonly MetadataChoice[] }) => ({
  name,
  fieldKind: kind,
  choices: choices.map((choice) => choice.name),
})

/** The choices as they are kept: known ones by their id, new ones with one of their own. */
function toChoices(
  kind: MetadataKind,
  given: readonly { id?: string | undefined; name: string }[],
  known: readonly MetadataChoice[],
): MetadataChoice[] {
  if (kind !== 'choice') return []
  if (given.length === 0) throw new ORPCError('BAD_REQUEST', { message: 'A list of choices needs at least one.' })
  if (readsTwice(given)) throw new ORPCError('BAD_REQUEST', { message: 'Two of these choices read the same.' })
  const ids = new Set(known.map(({ id }) => id))
  return given.map(({ id, name }) => {
    if (id !== undefined && !ids.delete(id)) throw new ORPCError('BAD_REQUEST', { message: 'One of these choices is none of this field.' })
    return { id: id ?? newId(), name }
  })
}

const nameTaken = { message: 'This workspace has a field of that name.' }

export const metadata = {
  fields: member
    .route({ method: 'GET', path: '/metadata/fields', tags: ['metadata'], summary: 'What this workspace adds to what is known of a book' })
    .output(z.array(MetadataField))
    .handler(({ context: { scope } }) => listFields(scope)),

  createField: allowed('organization:update')
    .route({ method: 'POST', path: '/metadata/fields', tags: ['metadata'], summary: 'Add a field, of at most 50' })
    .errors({ NAME_TAKEN: { status: 409 }, TOO_MANY: { status: 409 } })
    .input(CreateMetadataField)
    .output(MetadataField)
    .handler(async ({ context: { scope }, input: { name, kind, choices: given }, errors }) => {
      await lockFields(scope)
      const position = (await listFields(scope)).length
      if (position >= limits.metadataFields) throw errors.TOO_MANY({ message: `A workspace has at most ${limits.metadataFields} fields.` })
      const choices = toChoices(kind, given, [])
      const id = await insertField(scope, { name, kind, choices, position })
      if (!id) throw errors.NAME_TAKEN(nameTaken)
      await record(scope, { kind: 'metadata-field', change: 'created', target: { id, name }, after: told({ name, kind, choices }) })
      await announceChanged(scope, 'books')
      return { id, name, kind, choices }
    }),

  updateField: allowed('organization:update')
    .route({
      method: 'PATCH',
      path: '/metadata/fields/{fieldId}',
      tags: ['metadata'],
      summary: 'Rename a field or change its choices; values stay. Its kind changes only while no book has a value',
    })
    .errors({ NAME_TAKEN: { status: 409 }, IN_USE: { status: 409 } })
    .input(UpdateMetadataField)
    .output(MetadataField)
    .handler(async ({ context: { scope }, input, errors }) => {
      await lockFields(scope)
      const before = await getField(scope, input.fieldId)
      const kind = input.kind ?? before.kind
      const choices = toChoices(kind, input.choices ?? before.choices, before.choices)
      const uses = await countUses(scope, before.id)
      const removed = before.choices.filter(({ id }) => !choices.some((choice) => choice.id === id))
      if ((kind !== before.kind && uses.books > 0) || removed.some(({ id }) => uses.byChoice[id]))
        throw errors.IN_USE({ message: 'Books have a value in it, which would be lost.' })
      const after = { id: before.id, name: input.name ?? before.name, kind, choices }
      const kept = await updateField(scope, after.id, { name: after.name, kind, choices })
      if (kept === 'name-taken') throw errors.NAME_TAKEN(nameTaken)
      if (kept === 'in-use') throw errors.IN_USE({ message: 'Books have a value in it, which would be lost.' })
      const target = { id: after.id, name: after.name }
      await record(scope, { kind: 'metadata-field', change: 'updated', target, before: told(before), after: told(after) })
      await announceChanged(scope, 'books')
      return after
    }),

  orderFields: allowed('organization:update')
    .route({ method: 'PUT', path: '/metadata/fields', tags: ['metadata'], summary: 'Put all fields into another order' })
    .input(OrderMetadataFields)
    .handler(async ({ context: { scope }, input: { fieldIds } }) => {
      await lockFields(scope)
      const known = (await listFields(scope)).map(({ id }) => id)
      if (known.toSorted().join() !== fieldIds.toSorted().join())
        throw new ORPCError('CONFLICT', { message: 'These are not the fields of this workspace. Look again.' })
      await orderFields(scope, fieldIds)
      await announceChanged(scope, 'books')
      return {}
    }),

  fieldUses: allowed('organization:update')
    .route({
      method: 'GET',
      path: '/metadata/fields/{fieldId}/uses',
      tags: ['metadata'],
      summary: 'How many books have a value in a field, in all libraries of the workspace',
    })
    .input(MetadataFieldId)
    .output(MetadataUses)
    .handler(async ({ context: { scope }, input }) => countUses(scope, (await getField(scope, input.fieldId)).id)),

  deleteField: allowed('organization:update')
    .route({
      method: 'DELETE',
      path: '/metadata/fields/{fieldId}',
      tags: ['metadata'],
      summary: 'Delete a field with the values of all books; answers how many had one',
    })
    .input(MetadataFieldId)
    .output(MetadataUses.pick({ books: true }))
    .handler(async ({ context: { scope }, input }) => {
      await lockFields(scope)
      const field = await getField(scope, input.fieldId)
      const { books } = await countUses(scope, field.id)
      await deleteField(scope, field.id)
      const left = await listFields(scope)
      await orderFields(
        scope,
        left.map(({ id }) => id),
      )
      const target = { id: field.id, name: field.name }
      await record(scope, { kind: 'metadata-field', change: 'deleted', target, before: told(field) })
      await announceChanged(scope, 'books')
      return { books }
    }),

  set: onBook('metadata:edit')
    .route({ method: 'PATCH', path: '/books/{bookId}/metadata', tags: ['metadata'], summary: 'Change what a book has in these fields' })
    .errors({ BAD_VALUE: { status: 422 } })
    .input(SetMetadata)
    .handler(async ({ context: { scope, libraryId }, input: { bookId, values }, errors }) => {
      // A choice or a field must not go while a book gets it.
      await lockFields(scope)
      const fields = new Map((await listFields(scope)).map((field) => [field.id, field]))
      const changed = new Set<string>()
      for (const { fieldId, value } of values) {
        const field = fields.get(fieldId)
        if (!field) throw notFound('field')
        if (value === null || value === '') await deleteValue(scope, bookId, fieldId)
        else if (fits(field, value)) await upsertValue(scope, bookId, { fieldId, kind: field.kind, value })
        else throw errors.BAD_VALUE({ message: `This does not fit “${field.name}”.` })
        changed.add(field.name)
      }
      const after = { library: libraryId, fields: [...changed] }
      // Without title and values: who reads the log may not see this library.
      await record(scope, {
        kind: 'metadata',
        change: 'updated',
        target: { id: bookId, name: after.fields.join(', ') },
        before: after,
        after,
      })
      await announceChanged(scope, 'books')
      return {}
    }),
}
