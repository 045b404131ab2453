import * as z from 'zod'
import { limits } from '../limits.ts'
import { MetadataValue } from '../metadata/schema.ts'
import { ReadingStatus } from '../reading/schema.ts'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

/** `pending`: a thumbnail will follow. `none`: the book has no cover; show a typeset one. */
export const Cover = z.object({
  state: z.enum(['pending', 'ready', 'none']),
  /** Changes with the picture; part of its address. */
  version: z.string().nullable(),
  /** Base64 thumbhash. */
  thumbhash: z.string().nullable(),
  /** Dominant colour, `#rrggbb`. */
  color: z.string().nullable(),
  /** Width divided by height of the original. */
  aspect: z.number().nullable(),
})
export type Cover = z.infer<typeof Cover>

/** What a card on the shelf shows. */
export const BookCard = z.object({
  id: Id,
  libraryId: Id,
  title: z.string(),
  /** Names of the authors, in order. */
  authors: z.array(z.string()),
  /** First language, BCP 47; sets `lang` of the title. */
  language: z.string().nullable(),
  series: z.object({ name: z.string(), position: z.string().nullable() }).nullable(),
  formats: z.array(z.string()),
  cover: Cover,
  addedAt: Timestamp,
  /** None of its files is there. */
  missing: z.boolean(),
})
export type BookCard = z.infer<typeof BookCard>

export const BookSort = z.enum(['added', 'title', 'author'])
export type BookSort = z.infer<typeof BookSort>

export const ListBooks = z.object({
  libraryId: Id.optional(),
  sort: BookSort.default('added'),
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListBooks = z.infer<typeof ListBooks>
export const BookPage = z.object({ items: z.array(BookCard), nextCursor: z.string().nullable() })
export type BookPage = z.infer<typeof BookPage>

export const SearchBooks = z.object({
  query: z.string().max(limits.queryLength),
  libraryId: Id.optional(),
  limit: PageSize.default(20),
})
export type SearchBooks = z.infer<typeof SearchBooks>
/** `truncated`: more books match than are listed. */
export const SearchResult = z.object({ items: z.array(BookCard), truncated: z.boolean() })
export type SearchResult = z.infer<typeof SearchResult>

export const Contributor = z.object({ id: Id, name: z.string(), role: z.string() })

export const BookFile = z.object({
  id: Id,
  format: z.string(),
  fileName: z.string(),
  /** Its name, with the folder of its disc where it lies in one. */
  shortName: z.string(),
  /** Path below the library's folder, for people who may manage libraries; otherwise null. */
  path: z.string().nullable(),
  size: z.number(),
  modifiedAt: Timestamp,
  missing: z.boolean(),
})

/** Everything known of a book. */
export const BookDetail = BookCard.extend({
  libraryName: z.string(),
  missingSince: Timestamp.nullable(),
  /** Nights for which a missing book is still kept; null: until somebody removes it. */
  keptNights: z.number().int().nullable(),
  subtitle: z.string().nullable(),
  contributors: z.array(Contributor),
  allSeries: z.array(z.object({ id: Id, name: z.string(), position: z.string().nullable() })),
  languages: z.array(z.string()),
  identifiers: z.array(z.object({ scheme: z.string(), value: z.string() })),
  publisher: z.string().nullable(),
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  published: z.string().nullable(),
  /** Plain text; paragraphs are separated by an empty line. */
  description: z.string().nullable(),
  tags: z.array(z.string()),
  layout: z.enum(['reflowable', 'fixed']),
  direction: z.enum(['ltr', 'rtl']).nullable(),
  drm: z.string().nullable(),
  files: z.array(BookFile),
  /** What it has in the fields that the workspace adds, in their order. */
  metadata: z.array(MetadataValue),
  readingStatus: ReadingStatus,
  /** Other books of its first series, in order, at most 20. */
  sameSeries: z.array(BookCard),
})
export type BookDetail = z.infer<typeof BookDetail>

export const PrioritizeCovers = z.object({ bookIds: z.array(Id).min(1).max(limits.pageSize) })
