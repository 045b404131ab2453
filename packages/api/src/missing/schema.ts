import * as z from 'zod'
import { BookCard } from '../books/schema.ts'
import { limits } from '../limits.ts'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

export const MissingBook = BookCard.extend({
  missingSince: Timestamp.nullable(),
  /** Nights for which it is still kept; null: until somebody removes it. */
  keptNights: z.number().int().nullable(),
})
export type MissingBook = z.infer<typeof MissingBook>

export const ListMissing = z.object({ libraryId: Id, cursor: Cursor.optional(), limit: PageSize.default(50) })
export const MissingPage = z.object({ items: z.array(MissingBook), nextCursor: Cursor.nullable() })

/** These, or a share of all: ask again while some are `left`. */
export const RemoveMissing = z.object({ libraryId: Id, bookIds: z.array(Id).min(1).max(limits.pageSize).optional() })
export const RemovedMissing = z.object({ removed: z.number().int(), left: z.number().int() })
