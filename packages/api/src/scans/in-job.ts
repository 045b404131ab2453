import type { Transact } from '@carrel/db'
import { asJob, type JobScope } from '../scope.ts'
import { holdOwnScan } from './queries.ts'

/** The library was deleted while its job ran. */
export class LibraryGone extends Error {}
/** Another worker took the run over: this one was taken for dead. */
export class RunTaken extends Error {}
/** Somebody asked to end the run, or changed what it goes by. */
export class Cancelled extends Error {}

/** Runs one transaction in the scope of one library's job; throws LibraryGone when the library is no more. */
export type InJob = <T>(fn: (scope: JobScope) => Promise<T>, options?: { readOnly?: boolean }) => Promise<T>
/** As InJob, for one run: throws RunTaken or Cancelled, and writes nothing, when the run is another's by now or shall end. */
export type InRun = InJob

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

export const inRunOf =
  (inJob: InJob, run: { scanId: string; runner: string }): InRun =>
  (fn, options) =>
    inJob(async (scope) => {
      if (options?.readOnly) return fn(scope)
      const held = await holdOwnScan(scope, run)
      if (!held) throw new RunTaken()
      if (held.cancelRequested) throw new Cancelled()
      return fn(scope)
    }, options)
