import { parseIsbn } from '@carrel/formats/isbn'
import { turnedName } from '@carrel/formats/turned-name'
import * as z from 'zod'
import { limits } from '../../limits.ts'
import { Id, Timestamp } from '../../shapes.ts'

const clean = (text: string) => text.normalize('NFC').toWellFormed()

/** One line of a person's text: NFC, spaces made one, without control characters. */
const line = (max: number) =>
  z
    .string()
    .max(max * 4)
    .transform((text) => clean(text).replaceAll(/\s+/gu, ' ').trim())
    .pipe(
      z
        .string()
        .min(1)
        .max(max)
        .regex(/^\P{Cc}*$/u),
    )
const orNone = <T extends z.ZodType>(shape: T) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? null : value), shape.nullable())

export const EditableField = z.enum([
  'title',
  'subtitle',
  'sortTitle',
  'contributors',
  'series',
  'languages',
  'identifiers',
  'publisher',
  'published',
  'description',
  'tags',
  'direction',
  'cover',
])
export type EditableField = z.infer<typeof EditableField>

export const ContributorRole = z.enum([
  'author',
  'illustrator',
  'translator',
  'editor',
  'narrator',
  'artist',
  'penciller',
  'inker',
  'colorist',
  'letterer',
  'cover-artist',
  'contributor',
])
export type ContributorRole = z.infer<typeof ContributorRole>

/** “Last, First” is a name and how it sorts; a name that holds a comma for another reason stays what it is. */
function readName({ name, sortName, role }: { name: string; sortName?: string | null | undefined; role: ContributorRole }) {
  const turned = turnedName(name)
  return { name: turned?.name ?? name, sortName: sortName ?? turned?.sortName ?? null, role }
}

export const ContributorInput = z
  .object({ name: line(300), sortName: orNone(line(300)).optional(), role: ContributorRole.default('author') })
  .transform(readName)

/** A position in a series: up to eight digits before the point and four after, as text. */
const Position = z
  .string()
  .max(20)
  .transform((text) => text.trim().replace(',', '.'))
  .pipe(z.string().regex(/^-?\d{1,8}(?:\.\d{1,4})?$/, 'A position is a number, such as 2 or 1.5.'))
  .transform((text) => String(Number(text)))
export const SeriesInput = z.object({ name: line(300), position: orNone(Position).default(null) })

const isDate = (text: string) => {
  const [year = '', month = '01', day = '01'] = text.split('-')
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return year !== '0000' && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`)
}
/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, a day that there is. */
export const PartialDate = z
  .string()
  .max(20)
  .transform((text) => text.trim())
  .pipe(
    z
      .string()
      .regex(/^\d{4}(?:-\d{2}(?:-\d{2})?)?$/, 'A date is a year, a month or a day: 1984, 1984-06 or 1984-06-08.')
      .refine(isDate, 'There is no such day.'),
  )

/** BCP 47 in its canonical form. */
export const Language = z
  .string()
  .max(80)
  .transform((text, context) => {
    try {
      const [tag] = Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))
      if (tag) return tag
    } catch {
      // What Intl refuses is said below.
    }
    context.addIssue('This is no language tag, such as en, de-AT or zh-Hant.')
    return z.NEVER
  })

/** An ISBN is checked and kept as 13 digits. */
export const IdentifierInput = z
  .object({
    scheme: z
      .string()
      .max(40)
      .transform((text) => text.trim().toLowerCase())
      .pipe(z.string().regex(/^[a-z][a-z0-9-]*$/)),
    value: line(300),
  })
  .transform(({ scheme, value }, context) => {
    if (scheme !== 'isbn') return { scheme, value }
    const isbn = parseIsbn(value)
    if (isbn !== null) return { scheme, value: isbn }
    context.addIssue({ code: 'custom', path: ['value'], message: 'This is no ISBN: its last digit does not fit the others.' })
    return z.NEVER
  })

/** Plain text; paragraphs are parted by an empty line. */
const Description = z
  .string()
  .max(limits.descriptionLength * 2)
  .transform((text) =>
    clean(text)
      .replaceAll(/\r\n?/g, '\n')
      .replaceAll(/[^\S\n]+$/gm, '')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim(),
  )
  .pipe(
    z
      .string()
      .max(limits.descriptionLength)
      // oxlint-disable-next-line no-control-regex
      .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]*$/u),
  )

const fold = (text: string) => text.normalize('NFKC').toLowerCase()
const once =
  <T>(key: (item: T) => string) =>
  (items: T[]) =>
    [...new Map(items.toReversed().map((item) => [key(item), item])).values()].toReversed()

export const Tag = line(100)
const Tags = z.array(Tag).max(200).transform(once(fold))

/** A picture that somebody put up. */
export const UploadedCover = z.object({
  kind: z.literal('upload'),
  /** SHA-256; names its thumbnails. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  thumbhash: z.string().max(100),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
  aspect: z.number().positive(),
})
export type UploadedCover = z.infer<typeof UploadedCover>

/** The picture in one of a book's files, or beside it, known by the content of the file. */
const FileCover = z.object({ kind: z.literal('file'), sha256: z.string() })
export type CoverEdit = UploadedCover | z.infer<typeof FileCover> | null

const fields = {
  title: line(1000),
  subtitle: orNone(line(1000)),
  /** How the title sorts. */
  sortTitle: orNone(line(1000)),
  contributors: z
    .array(ContributorInput)
    .max(200)
    .transform(once(({ name, role }) => `${fold(name)} ${role}`)),
  series: z
    .array(SeriesInput)
    .max(20)
    .transform(once(({ name }) => fold(name))),
  languages: z.array(Language).max(20).transform(once(fold)),
  identifiers: z
    .array(IdentifierInput)
    .max(50)
    .transform(once(({ scheme, value }) => `${scheme} ${value}`)),
  publisher: orNone(line(300)),
  published: orNone(PartialDate),
  description: orNone(Description),
  tags: Tags,
  direction: z.enum(['ltr', 'rtl']).nullable(),
}

/** What people write; null, or an empty list, says that there is none. */
export const EditedFields = z.object(fields).partial()
export type EditedFields = z.infer<typeof EditedFields>
/** As it is kept: a field that is there is locked. */
export type BookEdits = EditedFields & { cover?: CoverEdit }

const Change = z.object({
  set: EditedFields.default({}),
  /** From now on these are what the sources say. */
  clear: z.array(EditableField).max(EditableField.options.length).default([]),
})

export const UpdateBook = Change.extend({
  bookId: Id,
  /** The picture of this file of the book, or beside it; null for none. */
  cover: z.object({ fileId: Id }).nullable().optional(),
})
export type UpdateBook = z.infer<typeof UpdateBook>

const BookIds = z
  .array(Id)
  .min(1)
  .max(limits.booksAtOnce)
  .transform((ids) => [...new Set(ids)])

export const UpdateBooks = Change.extend({
  bookIds: BookIds,
  addTags: Tags.default([]),
  removeTags: Tags.default([]),
})
export type UpdateBooks = z.infer<typeof UpdateBooks>

/** What a change of many books would do to one field. */
export const FieldPreview = z.object({
  field: EditableField,
  /** Books in which something else stands then. */
  books: z.number().int(),
  /** Some of them, as they are and as they would be. */
  samples: z.array(z.object({ bookId: Id, title: z.string(), before: z.string(), after: z.string() })),
})
export type FieldPreview = z.infer<typeof FieldPreview>
export const BooksPreview = z.object({ books: z.number().int(), changed: z.number().int(), fields: z.array(FieldPreview) })
export type BooksPreview = z.infer<typeof BooksPreview>

/** A deed, for its undoing; null when there was nothing to do. */
export const Changed = z.object({ changeId: Id.nullable(), books: z.number().int() })
export type Changed = z.infer<typeof Changed>

export const Told = z.object({
  title: z.string().nullable(),
  subtitle: z.string().nullable(),
  sortTitle: z.string().nullable(),
  contributors: z.array(z.object({ name: z.string(), sortName: z.string().nullable(), role: z.string() })),
  series: z.array(z.object({ name: z.string(), position: z.string().nullable() })),
  languages: z.array(z.string()),
  identifiers: z.array(z.object({ scheme: z.string(), value: z.string() })),
  publisher: z.string().nullable(),
  published: z.string().nullable(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  direction: z.enum(['ltr', 'rtl']).nullable(),
})
export type Told = z.infer<typeof Told>

export const BookSource = z.object({
  kind: z.enum(['sidecar', 'file']),
  fileId: Id,
  fileName: z.string(),
  format: z.string(),
  hasCover: z.boolean(),
  /** Its picture is the cover. */
  isCover: z.boolean(),
  told: Told,
})
export type BookSource = z.infer<typeof BookSource>

/** What each source says of a book, the one that is believed first before the others. */
export const BookSources = z.object({
  sources: z.array(BookSource),
  /** What people wrote. */
  edited: Told.partial(),
  /** Fields that hold what people wrote, whatever the sources say. */
  locked: z.array(EditableField),
  /** What would hold if nobody had written anything. */
  unedited: Told,
  /** What holds now. */
  effective: Told,
  /** Which source each field comes from, where one tells of it: a file's id, or `person`. */
  holds: z.partialRecord(EditableField, z.string()),
})
export type BookSources = z.infer<typeof BookSources>

export const ChangeKind = z.enum(['edit', 'merge', 'split'])
export const BookChange = z.object({
  id: Id,
  kind: ChangeKind,
  at: Timestamp,
  actorName: z.string(),
  /** Of an edit: what changed. */
  fields: z.array(z.object({ field: EditableField, before: z.string().nullable(), after: z.string().nullable() })),
  /** How many books it changed in all. */
  books: z.number().int(),
  undone: z.boolean(),
})
export type BookChange = z.infer<typeof BookChange>

export const UndoChange = z.object({ changeId: Id })
/** `kept`: books in which something newer stands. */
export const Undone = z.object({ undone: z.number().int(), kept: z.number().int() })

export const MergeBooks = z.object({ bookId: Id, sourceIds: BookIds })
export const SplitBook = z.object({ bookId: Id, fileId: Id })
