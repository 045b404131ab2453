import * as z from 'zod'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

export const ScanStatus = z.enum(['queued', 'listing', 'covering', 'done', 'failed', 'cancelled'])
export type ScanStatus = z.infer<typeof ScanStatus>

/** One run over a library, live while it lasts. */
export const Scan = z.object({
  id: Id,
  libraryId: Id,
  status: ScanStatus,
  /** Why it was started. */
  reason: z.enum(['asked', 'schedule', 'change', 'upload']),
  /** Name of who asked for it, for people who may scan. */
  askedBy: z.string().nullable(),
  createdAt: Timestamp,
  /** The part of the library that was looked through; null for all of it. */
  part: z.object({ folderId: Id.nullable(), path: z.string().nullable(), bookId: Id.nullable() }).nullable(),
  /** Book files found so far; the walk runs ahead of the reading. */
  found: z.number().int(),
  walked: z.boolean(),
  /** Files of books dealt with: listed, unchanged, found again or problems. */
  processed: z.number().int(),
  listed: z.number().int(),
  unchanged: z.number().int(),
  problems: z.number().int(),
  /** Files that were found at another place than before. */
  moved: z.number().int(),
  /** Books that went missing with their last file. */
  missing: z.number().int(),
  /** Files that were not there before and are as they were. */
  restored: z.number().int(),
  /** Files that were not found, so many at once that somebody has to say that they are gone. */
  held: z.number().int(),
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

/** Below a library's folder, `/`-separated. */
export const PathBelow = z
  .string()
  .max(1024)
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0'),
    'This is no path below a folder.',
  )

export const StartScan = z
  .object({
    libraryId: Id,
    /** One folder of the library, and in it what lies below a path. */
    folderId: Id.optional(),
    path: PathBelow.optional(),
    /** One book, whose files are read anew even when they have not changed. */
    bookId: Id.optional(),
    /** What the last scan did not find and asks about is gone. */
    confirm: z.boolean().default(false),
  })
  .refine(({ folderId, path }) => path === undefined || folderId !== undefined, 'A path lies below a folder.')
export type StartScan = z.infer<typeof StartScan>

/** Runs of a library, newest first. */
export const ListScans = z.object({ libraryId: Id, cursor: Cursor.optional(), limit: PageSize.default(20) })
export type ListScans = z.infer<typeof ListScans>
export const ScanPage = z.object({ items: z.array(Scan), nextCursor: Cursor.nullable() })

/** A file that could not become a book, and why. */
export const FileProblem = z.object({
  id: Id,
  path: z.string(),
  size: z.number().nullable(),
  code: z.string(),
  detail: z.string(),
  seenAt: Timestamp,
  /** Somebody put it aside. */
  ignored: z.boolean(),
})
export type FileProblem = z.infer<typeof FileProblem>

export const ListProblems = z.object({
  libraryId: Id,
  /** Those that somebody put aside, or the others. */
  ignored: z.stringbool().or(z.boolean()).default(false),
  /** Only these reasons. */
  codes: z.array(z.string().max(40)).max(30).optional(),
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListProblems = z.infer<typeof ListProblems>
/** `reasons`: how many there are by reason, whatever reasons are asked for. */
export const ProblemPage = z.object({
  items: z.array(FileProblem),
  nextCursor: z.string().nullable(),
  total: z.number().int(),
  ignored: z.number().int(),
  reasons: z.array(z.object({ code: z.string(), count: z.number().int() })),
})
export type ProblemPage = z.infer<typeof ProblemPage>

export const IgnoreProblem = z.object({ libraryId: Id, fileId: Id, ignored: z.boolean() })
/** One file, or all that nobody put aside. */
export const RetryProblems = z.object({ libraryId: Id, fileId: Id.optional() })
