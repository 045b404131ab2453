import * as z from 'zod'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

export const ScanStatus = z.enum(['queued', 'listing', 'covering', 'done', 'failed'])
export type ScanStatus = z.infer<typeof ScanStatus>

/** One run over a library, live while it lasts. */
export const Scan = z.object({
  id: Id,
  libraryId: Id,
  status: ScanStatus,
  /** Book files found so far; the walk runs ahead of the reading. */
  found: z.number().int(),
  walked: z.boolean(),
  /** Files dealt with: listed + unchanged + problems. */
  processed: z.number().int(),
  listed: z.number().int(),
  unchanged: z.number().int(),
  problems: z.number().int(),
  covered: z.number().int(),
  coversTotal: z.number().int(),
  /** Files per second over the last seconds of the current stage. */
  rate: z.number(),
  currentFolder: z.string().nullable(),
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
  /** One sentence for a person when status is failed. */
  error: z.string().nullable(),
})
export type Scan = z.infer<typeof Scan>

/** A file that could not become a book, and why. */
export const FileProblem = z.object({
  id: Id,
  path: z.string(),
  size: z.number().nullable(),
  code: z.string(),
  detail: z.string(),
  seenAt: Timestamp,
})
export type FileProblem = z.infer<typeof FileProblem>

export const ListProblems = z.object({ libraryId: Id, cursor: Cursor.optional(), limit: PageSize.default(50) })
export const ProblemPage = z.object({
  items: z.array(FileProblem),
  nextCursor: z.string().nullable(),
  total: z.number().int(),
})
