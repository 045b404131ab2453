import * as z from 'zod'
import { BookCard } from '../books/schema.ts'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

/** A book that was deleted, and until when it can be had back. */
export const TrashedBook = BookCard.extend({ deletedAt: Timestamp, restorableUntil: Timestamp })
export type TrashedBook = z.infer<typeof TrashedBook>

export const ListTrash = z.object({ libraryId: Id, cursor: Cursor.optional(), limit: PageSize.default(50) })
export type ListTrash = z.infer<typeof ListTrash>
export const TrashPage = z.object({ items: z.array(TrashedBook), nextCursor: Cursor.nullable(), total: z.number().int() })
export type TrashPage = z.infer<typeof TrashPage>

export const InTrash = z.object({ libraryId: Id, bookId: Id })
