import { stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Transact } from '@carrel/db'
import type { Log } from '../deps.ts'
import type { EventBus } from '../events/bus.ts'
import { announce, announceChanged } from '../events/queries.ts'
import { resolveInside, usableRoots, type AllowedRoots } from '../folders/policy.ts'
import type { Jobs } from '../jobs/queries.ts'
import { holdLibrary } from '../libraries/queries.ts'
import type { Scan } from '../scans/schema.ts'
import { asJob, asVisitor } from '../scope.ts'
import { fileSystemOf, readMounts, tellsChanges, type Mount } from './file-system.ts'
import { WatchesUsedUp } from './folder-watcher.ts'
import { LibraryWatch, type Pace } from './library-watch.ts'
import type { Part } from './parts.ts'
import {
  insertRun,
  listScheduledLibraries,
  listWatchedFolders,
  noteScheduled,
  updateWatchMode,
  wasScannedLately,
  type WatchedFolder,
  type WatchMode,
} from './queries.ts'
import { isDue } from './schedule.ts'

export type WatchDeps = { transact: Transact; events: EventBus; jobs: Jobs; roots: AllowedRoots; log: Log }
export type WatchPace = Pace & {
  /** How often a folder that tells nothing is looked through. */
  pollMs: number
  /** How often libraries, folders and mounts are looked at anew. */
  lookMs: number
}
export const watchPace = { quietMs: 2000, mostMs: 30_000, stormMostMs: 300_000, lookMs: 30_000 }

/** Whatever was not told, within a day. */
const dayMs = 24 * 3_600_000
/** A run begun so lately found what there was when the watching began. */
const freshMs = 60_000
/** Of signals about libraries, so many milliseconds are taken as one. */
const gatherMs = 1000
/** A disk that does not answer for so long is not there. */
const answerMs = 10_000

/**
 * Watches the folders of all libraries, looks from time to time at those that cannot be watched, and starts scans that
 * are due, until `signal`. To be run by one process at a time; two at once do the same twice, and no harm.
 */
export async function watchLibraries(deps: WatchDeps, pace: WatchPace, signal: AbortSignal): Promise<void> {
  const keeper = new Keeper(deps, pace, signal)
  let news = Promise.withResolvers<void>()
  const unsubscribe = deps.events.subscribe({
    onSignal: (heard) => {
      if (heard.type === 'changed' && heard.what === 'libraries') news.resolve()
    },
    onGap: () => news.resolve(),
  })
  try {
    while (!signal.aborted) {
      news = Promise.withResolvers()
      try {
        await keeper.look()
      } catch (error) {
        deps.log.warn({ err: error }, 'watching')
      }
      const woken = new AbortController()
      const until = { signal: AbortSignal.any([signal, woken.signal]) }
      await Promise.race([news.promise.then(() => wait(gatherMs, undefined, until)), wait(pace.lookMs, undefined, until)]).catch(() => {})
      woken.abort()
    }
  } finally {
    unsubscribe()
    await keeper.stop()
  }
}

type Kept = {
  libraryId: string
  /** What is watched: the real folder on this disk. Null while it is not there or may not be read; undefined before the first look. */
  key: string | null | undefined
  /** When the system last allowed no more watches, by `performance.now()`; null where it does. Tried again as often as the folder is looked through. */
  usedUpAt: number | null
  looking: boolean
}

class Keeper {
  readonly #deps: WatchDeps
  readonly #pace: WatchPace
  readonly #signal: AbortSignal
  readonly #kept = new Map<string, Kept>()
  readonly #watches = new Map<string, LibraryWatch>()
  readonly #polledAt = new Map<string, number>()

  constructor(deps: WatchDeps, pace: WatchPace, signal: AbortSignal) {
    this.#deps = deps
    this.#pace = pace
    this.#signal = signal
  }

  async look(): Promise<void> {
    const { transact } = this.#deps
    const [folders, mounts] = await Promise.all([asVisitor(transact, listWatchedFolders, { readOnly: true }), readMounts()])
    const ids = new Set(folders.map(({ folderId }) => folderId))
    for (const [folderId, { libraryId }] of this.#kept) if (!ids.has(folderId)) this.#drop(libraryId, folderId)
    // One after the other where disks answer; one that does not holds up nobody but itself.
    for (const folder of folders) await Promise.race([this.#lookAt(folder, mounts), wait(answerMs, undefined, { ref: false })])
    for (const [libraryId, ofLibrary] of Map.groupBy(folders, (folder) => folder.libraryId)) await this.#pollIfDue(libraryId, ofLibrary)
    for (const { libraryId, schedule, scheduledAt } of await asVisitor(transact, listScheduledLibraries, { readOnly: true }))
      if (isDue(schedule, scheduledAt ?? 0)) await this.#run(libraryId, 'schedule', [{}], { scheduledAt })
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.stop()))
  }

  #drop(libraryId: string, folderId: string): void {
    this.#kept.delete(folderId)
    this.#watches.get(libraryId)?.remove(folderId)
    if (this.#watches.get(libraryId)?.isEmpty) this.#watches.delete(libraryId)
  }

  async #lookAt(folder: WatchedFolder, mounts: readonly Mount[] | null): Promise<void> {
    const { folderId, libraryId } = folder
    const kept = this.#kept.get(folderId) ?? { libraryId, key: undefined, usedUpAt: null, looking: false }
    this.#kept.set(folderId, kept)
    if (kept.looking) return
    kept.looking = true
    try {
      const fileSystem = await fileSystemOf(folder.path, mounts)
      const mode = await this.#keep(folder, kept, fileSystem)
      if (mode !== folder.watchMode || fileSystem !== folder.fileSystem) await this.#tell(folder, { watchMode: mode, fileSystem })
    } catch (error) {
      this.#deps.log.warn({ err: error, folderId }, 'watching a folder')
    } finally {
      kept.looking = false
    }
  }

  /** Watches the folder, or no longer. A disk that may not answer is not asked. */
  async #keep(folder: WatchedFolder, kept: Kept, fileSystem: string | null): Promise<WatchMode> {
    const { folderId, libraryId } = folder
    const watchable = folder.watch && tellsChanges(fileSystem)
    const key = watchable ? await this.#keyOf(folder, fileSystem) : null
    if (!watchable || key === null) {
      const before = kept.key
      this.#watches.get(libraryId)?.remove(folderId)
      kept.key = null
      // Gone, or back: the run notes which.
      if (watchable && before !== null && !folder.inTrouble) await this.#run(libraryId, 'change', [{ folderId }])
      return folder.watch ? (watchable ? 'watching' : 'polling') : 'off'
    }
    if (kept.key === key && kept.usedUpAt === null) return 'watching'
    if (kept.key === key && performance.now() - (kept.usedUpAt ?? 0) < this.#pace.pollMs) return 'polling'
    const before = kept.key
    const wasUsedUp = kept.usedUpAt !== null
    try {
      const watch = this.#watches.get(libraryId) ?? new LibraryWatch(this.#pace, (parts) => this.#runLater(libraryId, parts))
      this.#watches.set(libraryId, watch)
      await watch.add(folderId, key.slice(key.indexOf(' ') + 1), () => {
        kept.key = undefined
      })
      kept.key = key
      kept.usedUpAt = null
    } catch (error) {
      if (!(error instanceof WatchesUsedUp)) throw error
      if (!wasUsedUp)
        this.#deps.log.warn(
          { folderId },
          'the system allows no more watches (fs.inotify.max_user_watches): this folder is looked through from time to time',
        )
      kept.usedUpAt = performance.now()
      if (before === key) return 'polling'
      kept.key = key
    }
    // What changed while nobody watched.
    await this.#run(libraryId, 'change', [{}], before === undefined ? { unlessBegunWithin: freshMs } : {})
    return kept.usedUpAt === null ? 'watching' : 'polling'
  }

  /** Changes when another disk lies at the place. Null for a folder that may not be read, or is not there. */
  async #keyOf({ path, roots }: WatchedFolder, fileSystem: string | null): Promise<string | null> {
    const real = await resolveInside(await usableRoots(this.#deps.roots, roots), path)
    if (real === null) return null
    return stat(real).then(
      ({ dev, ino }) => `${dev}:${ino}:${fileSystem} ${real}`,
      () => null,
    )
  }

  async #pollIfDue(libraryId: string, folders: readonly WatchedFolder[]): Promise<void> {
    if (!folders.some(({ watch }) => watch)) return
    const told = folders.every(({ folderId, inTrouble }) => {
      const kept = this.#kept.get(folderId)
      return kept?.key && kept.usedUpAt === null && !inTrouble
    })
    const last = Math.max(this.#polledAt.get(libraryId) ?? 0, Math.min(...folders.map(({ checkedAt }) => checkedAt)))
    if (Date.now() - last < (told ? dayMs : this.#pace.pollMs)) return
    this.#polledAt.set(libraryId, Date.now())
    await this.#run(libraryId, 'change', [{}], { unlessBegunWithin: Math.min(freshMs, this.#pace.pollMs) })
  }

  async #tell({ libraryId, folderId }: WatchedFolder, values: { watchMode: WatchMode; fileSystem: string | null }): Promise<void> {
    await asJob(this.#deps.transact, libraryId, async (scope) => {
      if (!scope) return
      await updateWatchMode(scope, folderId, values)
      await announceChanged(scope, 'libraries')
    })
  }

  async #runLater(libraryId: string, parts: readonly Part[]): Promise<void> {
    for (let tries = 0; ; tries += 1)
      try {
        return await this.#run(libraryId, 'change', parts)
      } catch (error) {
        this.#deps.log.warn({ err: error, libraryId }, 'a change could not be noted')
        if (tries >= 5) {
          // As if it had just begun to be watched: everything is looked through.
          for (const kept of this.#kept.values()) if (kept.libraryId === libraryId) kept.key = null
          return
        }
        await wait(1000 * 2 ** tries, undefined, { ref: false, signal: this.#signal }).catch(() => {})
        // Whoever watches next looks through everything first.
        if (this.#signal.aborted) return
      }
  }

  async #run(
    libraryId: string,
    reason: Scan['reason'],
    parts: readonly Part[],
    given: { unlessBegunWithin?: number; scheduledAt?: number | null } = {},
  ): Promise<void> {
    await asJob(this.#deps.transact, libraryId, async (scope) => {
      if (!scope || !(await holdLibrary(scope, libraryId))) return
      if (given.unlessBegunWithin !== undefined && (await wasScannedLately(scope, given.unlessBegunWithin))) return
      if (given.scheduledAt !== undefined && !(await noteScheduled(scope, given.scheduledAt))) return
      for (const part of parts) {
        const scanId = await insertRun(scope, reason, part)
        if (scanId) await announce(scope, { type: 'scan', organizationId: scope.organizationId, libraryId, scanId })
      }
      await this.#deps.jobs.enqueueScan(scope, libraryId)
    })
  }
}
