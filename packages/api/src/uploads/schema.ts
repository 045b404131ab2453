import * as z from 'zod'
import { limits } from '../limits.ts'
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
  /** The book that it became, that has it, or that it tells of; null also for a file that tells of a book which has not come. */
  bookId: Id.nullable(),
  createdAt: Timestamp,
})
export type Upload = z.infer<typeof Upload>

/** All of the last day, or these. */
export const ListUploads = z.object({ libraryId: Id, ids: z.array(Id).max(limits.pageSize).optional() })

export const UploadList = z.object({
  /** One's own of the last day, what changed last first, 500 at most. */
  items: z.array(Upload),
  /** How many of one's own are whole and not read yet. */
  waiting: z.number().int(),
  /** Bytes of one file at most. */
  maxBytes: z.number(),
  /** Bytes that the workspace has in the store, and may have at most; null: without limit. */
  store: z.object({ held: z.number(), most: z.number().nullable() }),
})
export type UploadList = z.infer<typeof UploadList>

const Together = z.string().regex(/^[0-9a-f]{32}$/)

/** What begins an upload. */
export const BeginUpload = z.object({
  libraryId: Id,
  /** A path where files belong together, `/`-separated: it orders them. */
  name: z.string().min(1).max(4096),
  size: z.number().int().positive(),
  /** Files of one person with the same become one book, as those of one folder would. */
  together: Together.optional(),
})
export type BeginUpload = z.infer<typeof BeginUpload>

export const PlanUploads = z.object({
  libraryId: Id,
  /** Random for each time that somebody drops files: what came at another time belongs elsewhere. */
  drop: Together,
  /** Below what was dropped, `/`-separated; all of a folder in one question. */
  paths: z
    .array(z.string().min(1).max(limits.plannedPaths.length))
    .max(limits.plannedPaths.count)
    .refine((paths) => paths.reduce((sum, path) => sum + path.length, 0) <= limits.plannedPaths.characters, 'Ask for fewer at a time.'),
})
export type PlanUploads = z.infer<typeof PlanUploads>

/** For each path what `together` of its upload is; null for a file that is no book and tells of none. */
export const UploadPlan = z.object({ together: z.array(Together.nullable()) })
export type UploadPlan = z.infer<typeof UploadPlan>
