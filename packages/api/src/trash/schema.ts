import * as z from 'zod'
import { BookCard } from '../books/schema.ts'
import { limits } from '../limits.ts'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

/** A book that was deleted, and until when it can be had back. */
export const TrashedBook = BookCard.extend({ deletedAt: Timestamp, restorableUntil: Timestamp })
export type TrashedBook = z.infer<typeof TrashedBook>

export const ListTrash = z.object({ libraryId: Id, cursor: Cursor.optional(), limit: PageSize.default(50) })
export type ListTrash = z.infer<typeof ListTrash>
export const TrashPage = z.object({ items: z.array(TrashedBook), nextCursor: Cursor.nullable(), total: z.number().int() })
export type TrashPage = z.infer<typeof TrashPage>

export const InTrash = z.object({ libraryId: Id, bookId: Id })

export const BooksInTrash = z.object({ libraryId: Id, bookIds: z.array(Id).min(1).max(limits.booksAtOnce) })
/** How many of them; those that are gone or there already are passed over. */
export const ChangedTrash = z.object({ books: z.number().int() })

/** These, or a share of all: ask again while some are `left`. */
export const EmptyTrash = z.object({ libraryId: Id, bookIds: z.array(Id).min(1).max(limits.pageSize).optional() })
export const EmptiedTrash = z.object({ removed: z.number().int(), left: z.number().int() })
