import type { CoverRequest } from '../covers/cover.ts'
import type { BookFile, CoverResult, ReadResult } from '../types.ts'

export type Task = { kind: 'read'; file: BookFile } | { kind: 'cover'; file: BookFile; request: CoverRequest }

/** Results come in the order of the tasks: the first without one is being worked on. */
export type ToChild = { tasks: Task[] }

export type FromChild =
  | { type: 'ready' }
  | { type: 'result'; result: ReadResult | CoverResult }
  /** Bytes of a large or slow file still come in. */
  | { type: 'progress' }
  /** Resident bytes, where the parent cannot look itself. */
  | { type: 'memory'; resident: number }
