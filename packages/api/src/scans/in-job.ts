import type { Transact } from '@carrel/db'
import { asJob, type JobScope } from '../scope.ts'

/** The library was deleted while its job ran. */
export class LibraryGone extends Error {}

/** Runs one transaction in the scope of one library's job; throws LibraryGone when the library is no more. */
export type InJob = <T>(fn: (scope: JobScope) => Promise<T>, options?: { readOnly?: boolean }) => Promise<T>

export const inJobOf =
  (transact: Transact, libraryId: string): InJob =>
  (fn, options) =>
    asJob(
      transact,
      libraryId,
      (scope) => {
        if (!scope) throw new LibraryGone()
        return fn(scope)
      },
      options,
    )
