import * as z from 'zod'
import { limits } from '../limits.ts'
import { Id, Name } from '../shapes.ts'

/** `flag` is yes or no, `choice` one of a list. */
export const MetadataKind = z.enum(['text', 'number', 'date', 'flag', 'choice'])
export type MetadataKind = z.infer<typeof MetadataKind>

export const MetadataChoice = z.object({ id: Id, name: z.string() })
export type MetadataChoice = z.infer<typeof MetadataChoice>

export const MetadataField = z.object({
  id: Id,
  name: z.string(),
  kind: MetadataKind,
  /** In order; empty for other kinds. */
  choices: z.array(MetadataChoice),
})
export type MetadataField = z.infer<typeof MetadataField>

/** How many books have a value: in all, and by choice. Also in libraries that the reader does not see. */
export const MetadataUses = z.object({ books: z.number().int(), byChoice: z.record(Id, z.number().int()) })
export type MetadataUses = z.infer<typeof MetadataUses>

const Choices = z.array(z.object({ /** Absent for a new one. */ id: Id.optional(), name: Name })).max(limits.metadataChoices)

export const CreateMetadataField = z.object({ name: Name, kind: MetadataKind, choices: Choices.default([]) })
export type CreateMetadataField = z.infer<typeof CreateMetadataField>

export const UpdateMetadataField = z.object({
  fieldId: Id,
  name: Name.optional(),
  /** Stays as it is while books have a value. */
  kind: MetadataKind.optional(),
  /** All of them, in order; one that is left out is removed. */
  choices: Choices.optional(),
})

export const MetadataFieldId = z.object({ fieldId: Id })
/** All fields, in their new order. */
export const OrderMetadataFields = z.object({ fieldIds: z.array(Id).max(limits.metadataFields) })

/** A text of a person: NFC, lines parted by a line feed, without other control characters, at most 2,000 characters. */
const Text = z
  .string()
  .max(limits.metadataText * 4)
  .transform((value) => value.normalize('NFC').toWellFormed().replaceAll(/\r\n?/g, '\n').trim())
  .pipe(
    z
      .string()
      .max(limits.metadataText)
      // oxlint-disable-next-line no-control-regex
      .regex(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]*$/u),
  )

/** A text, a number, a date as `YYYY-MM-DD`, yes or no, or the id of a choice, as the field's kind is. */
export const MetadataInput = z.union([Text, z.number().min(-1e15).max(1e15), z.boolean()])
export type MetadataInput = z.infer<typeof MetadataInput>

export const SetMetadata = z.object({
  bookId: Id,
  /** Null, or an empty text, takes a value away; fields that are not named keep theirs. */
  values: z
    .array(z.object({ fieldId: Id, value: MetadataInput.nullable() }))
    .min(1)
    .max(limits.metadataFields),
})

/** What a book has in a field of the workspace. */
export const MetadataValue = z.object({
  fieldId: Id,
  name: z.string(),
  kind: MetadataKind,
  value: z.union([z.string(), z.number(), z.boolean()]),
  /** The words of a choice. */
  choice: z.string().nullable(),
})
export type MetadataValue = z.infer<typeof MetadataValue>
