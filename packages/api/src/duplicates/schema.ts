import * as z from 'zod'
import { BookCard } from '../books/schema.ts'
import { limits } from '../limits.ts'
import { Cursor, Id, PageSize } from '../shapes.ts'

/** Why books look the same: title and first author, an ISBN; or the content of several files of one book is the same. */
export const DuplicateKind = z.enum(['title', 'isbn', 'content'])
export type DuplicateKind = z.infer<typeof DuplicateKind>

export const ListDuplicates = z.object({
  libraryId: Id,
  kind: DuplicateKind.default('title'),
  cursor: Cursor.optional(),
  limit: PageSize.max(50).default(20),
})
export type ListDuplicates = z.infer<typeof ListDuplicates>

export const DuplicateFile = z.object({
  id: Id,
  bookId: Id,
  format: z.string().nullable(),
  /** Below the library's folder; to people who may not manage libraries, only its name. */
  path: z.string(),
  size: z.number(),
  missing: z.boolean(),
})

export const DuplicateGroup = z.object({
  /** The ISBN, or a digest of what is the same. */
  key: z.string(),
  /** At most as many as a group shows; one where several of its files are the same. */
  books: z.array(BookCard),
  files: z.array(DuplicateFile),
  /** Books that look so, shown or not. */
  size: z.number().int(),
})
export type DuplicateGroup = z.infer<typeof DuplicateGroup>
export const DuplicatePage = z.object({ items: z.array(DuplicateGroup), nextCursor: Cursor.nullable() })

/** Books that are not the same, each from each other. */
export const Distinction = z.object({ libraryId: Id, bookIds: z.array(Id).min(2).max(limits.groupSize) })
