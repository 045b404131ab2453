import type { CalibreRequest } from '../calibre/read.ts'
import type { CoverRequest } from '../covers/cover.ts'
import type { PartRequest } from '../read.ts'
import type {
  BookFile,
  CalibreBooksResult,
  CalibreLibraryResult,
  ContentsResult,
  CoverResult,
  PartResult,
  PictureResult,
  ReadResult,
} from '../types.ts'

export type Task =
  | { kind: 'read'; file: BookFile }
  | { kind: 'cover'; file: BookFile; request: CoverRequest }
  | { kind: 'contents'; file: BookFile }
  | { kind: 'part'; file: BookFile; request: PartRequest }
  | { kind: 'picture'; bytes: Uint8Array; side: number }
  | { kind: 'thumbnails'; bytes: Uint8Array; request: CoverRequest }
  | { kind: 'calibre-library'; file: BookFile }
  | { kind: 'calibre-books'; file: BookFile; request: CalibreRequest }

export type TaskResult = ReadResult | CoverResult | ContentsResult | PartResult | PictureResult | CalibreLibraryResult | CalibreBooksResult

/** Results come in the order of the tasks: the first without one is being worked on. */
export type ToChild = { tasks: Task[] }

export type FromChild =
  | { type: 'ready' }
  | { type: 'result'; result: TaskResult }
  /** Bytes of a large or slow file still come in. */
  | { type: 'progress' }
  /** Resident bytes, where the parent cannot look itself. */
  | { type: 'memory'; resident: number }
