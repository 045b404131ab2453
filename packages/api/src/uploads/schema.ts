import * as z from 'zod'
import { Id, Timestamp } from '../shapes.ts'

/** A file on its way into a library. */
export const Upload = z.object({
  id: Id,
  /** As the library will have it. */
  name: z.string(),
  size: z.number().int(),
  /** Bytes that are there; sending goes on from here. */
  received: z.number().int(),
  /** `received`: whole, and about to be read. `refused`: no book; the problem says why. */
  state: z.enum(['open', 'received', 'done', 'refused']),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  /** The book that it became, or that has it. */
  bookId: Id.nullable(),
  createdAt: Timestamp,
})
export type Upload = z.infer<typeof Upload>

export const UploadList = z.object({
  /** One's own of the last day, newest first, 500 at most. */
  items: z.array(Upload),
  /** Bytes of one file at most. */
  maxBytes: z.number(),
  /** Bytes that the workspace has in the store, and may have at most; null: without limit. */
  store: z.object({ held: z.number(), most: z.number().nullable() }),
})
export type UploadList = z.infer<typeof UploadList>

/** What begins an upload. */
export const BeginUpload = z.object({ libraryId: Id, name: z.string().min(1).max(4096), size: z.number().int().positive() })
export type BeginUpload = z.infer<typeof BeginUpload>
