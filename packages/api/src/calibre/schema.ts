import * as z from 'zod'
import { FolderPath } from '../folders/schema.ts'
import { ReadingStatus } from '../reading/schema.ts'
import { Id } from '../shapes.ts'

/** What calibre knows of every book. */
export const CalibreField = z.enum([
  'title',
  'sortTitle',
  'contributors',
  'series',
  'tags',
  'publisher',
  'published',
  'languages',
  'identifiers',
  'description',
])
export type CalibreField = z.infer<typeof CalibreField>

export const CalibreDatatype = z.enum(['text', 'enumeration', 'bool', 'int', 'float', 'rating', 'datetime', 'series', 'comments'])
export type CalibreDatatype = z.infer<typeof CalibreDatatype>

const columns = 101
const values = 50
const Key = z.string().min(1).max(201)
const Value = z.string().max(200)

/** What becomes of a column. Reading states are those of who imports, and of nobody else. */
export const ColumnTarget = z.discriminatedUnion('to', [
  z.object({ to: z.literal('ignore') }),
  /** Each value means a reading state; one that is not named means none. */
  z.object({ to: z.literal('status'), values: z.array(z.object({ value: Value, status: ReadingStatus })).max(values) }),
  /** When a book was finished, which says that it was. */
  z.object({ to: z.literal('finishedAt') }),
  z.object({ to: z.literal('tags') }),
  /** A field of the workspace. */
  z.object({ to: z.literal('field'), fieldId: Id }),
])
export type ColumnTarget = z.infer<typeof ColumnTarget>

export const CalibreColumn = z.object({
  /** As calibre looks it up: `#read`, or `rating` for the stars that every library has. */
  key: Key,
  name: z.string(),
  datatype: CalibreDatatype,
  multiple: z.boolean(),
  /** Some of its values. */
  values: z.array(Value).max(values),
  /** How many books have one. */
  books: z.number().int(),
  proposed: ColumnTarget,
})
export type CalibreColumn = z.infer<typeof CalibreColumn>

/** Why a database cannot be read; `closed`: its folder is not open to the workspace now. */
export const CalibreProblem = z.enum(['in-use', 'not-calibre', 'damaged', 'too-large', 'unreadable', 'closed'])
export type CalibreProblem = z.infer<typeof CalibreProblem>

/** A folder directly below one of the library; empty for that one itself. */
const Below = z
  .string()
  .max(255)
  .refine((name) => !name.includes('/') && !name.startsWith('.'), 'Name a folder directly below.')

export const CalibreFolder = z.object({
  /** Of a folder of the library; null where it was asked for by `path`. */
  folderId: Id.nullable(),
  below: Below,
  /** Of a folder of the server, from which books are copied; null for one of the library. */
  path: z.string().nullable(),
  /** The last part of its path. */
  name: z.string(),
  found: z.union([
    z.object({ ok: z.literal(true), books: z.number().int(), columns: z.array(CalibreColumn).max(columns) }),
    z.object({ ok: z.literal(false), problem: CalibreProblem }),
  ]),
})
export type CalibreFolder = z.infer<typeof CalibreFolder>

/** `path`: a folder of the server, for a library that people upload books into. */
export const FindCalibre = z.object({ libraryId: Id, path: FolderPath.optional() })
/** Folders of the library, or that of the server, that hold a `metadata.db`, or have one directly below. */
export const FoundCalibre = z.object({
  folders: z.array(CalibreFolder),
  /** Whether who asks may have a reading state. */
  keepsPlaces: z.boolean(),
})
export type FoundCalibre = z.infer<typeof FoundCalibre>

export const CalibreMapping = z.object({
  fields: z
    .array(CalibreField)
    .max(CalibreField.options.length)
    .default([...CalibreField.options]),
  /** Also where somebody wrote something else. */
  overwrite: z.boolean().default(false),
  columns: z
    .array(z.object({ key: Key, target: ColumnTarget }))
    .max(columns)
    .default([]),
})
export type CalibreMapping = z.infer<typeof CalibreMapping>
export type CalibreMappingInput = z.input<typeof CalibreMapping>

/** Where the page before ended. */
const After = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0)

export const ImportCalibre = z
  .object({
    libraryId: Id,
    folderId: Id.optional(),
    below: Below.default(''),
    /** A folder of the server that books were copied from, instead of a folder of the library. */
    path: FolderPath.optional(),
    mapping: CalibreMapping,
    after: After,
  })
  .refine(({ folderId, path }) => (folderId === undefined) !== (path === undefined), 'Name a folder of the library, or one of the server.')

export const CopyCalibre = z.object({
  libraryId: Id,
  /** A folder of the server with a `metadata.db`. */
  path: FolderPath,
  after: After,
  /** Files of the next book that the request before went through. */
  within: z.number().int().min(0).max(10_000).default(0),
})

/** What one request copied: files of at most 20 books of calibre's, in some seconds. */
export const CopiedCalibre = z.object({
  /** Of which all is there now, or cannot be. */
  books: z.number().int(),
  files: z.number().int(),
  bytes: z.number(),
  /** Files that were there already, also of books in the trash. */
  skipped: z.number().int(),
  /** Files that cannot be copied. */
  failed: z.array(z.object({ title: z.string(), reason: z.string() })),
  /** Null: there is no more. */
  next: z.number().int().nullable(),
  /** Files of the book behind `next` that are through. */
  within: z.number().int(),
})
export type CopiedCalibre = z.infer<typeof CopiedCalibre>

/** What one page did: at most 200 books of calibre's. */
export const ImportedCalibre = z.object({
  books: z.number().int(),
  /** Books of the library that are among them. */
  matched: z.number().int(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** Books in which somebody wrote something else, which stays. */
  kept: z.number().int(),
  /** None of their files is on the shelf, or another book of this page has it. */
  notFound: z.number().int(),
  /** Titles of some of those. */
  missing: z.array(z.string()),
  readStates: z.number().int(),
  /** Values of fields of the workspace. */
  values: z.number().int(),
  /** For its undoing: what changed, but for reading states and values. */
  changeId: Id.nullable(),
  next: z.number().int().nullable(),
})
export type ImportedCalibre = z.infer<typeof ImportedCalibre>
