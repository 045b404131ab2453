import { FolderWatcher } from './folder-watcher.ts'
import { partsOf, type Part, type Stir } from './parts.ts'

export type Pace = {
  /** So long nothing may stir before it is looked at, and so long it is waited for at most. Milliseconds. */
  quietMs: number
  mostMs: number
  /** Likewise when more changes than can be followed. */
  stormMostMs: number
}

/** The watched folders of one library: gathers what changes until it is quiet, and tells which parts to look through. */
export class LibraryWatch {
  readonly #pace: Pace
  readonly #onParts: (parts: readonly Part[]) => Promise<void>
  readonly #watchers = new Map<string, FolderWatcher>()
  readonly #stirred = new Set<string>()
  #since = 0
  #storm = false
  #timer: NodeJS.Timeout | undefined
  #telling: Promise<void> = Promise.resolve()

  constructor(pace: Pace, onParts: (parts: readonly Part[]) => Promise<void>) {
    this.#pace = pace
    this.#onParts = onParts
  }

  /** Throws WatchesUsedUp, and what the system says of the folder. */
  async add(folderId: string, root: string, onFault: (error: Error) => void): Promise<void> {
    this.remove(folderId)
    const watcher = new FolderWatcher(root, { onStir: (storm) => this.#stir(folderId, storm), onFault })
    this.#watchers.set(folderId, watcher)
    try {
      await watcher.start()
    } catch (error) {
      if (this.#watchers.get(folderId) === watcher) this.#watchers.delete(folderId)
      throw error
    }
  }

  remove(folderId: string): void {
    this.#watchers.get(folderId)?.stop()
    this.#watchers.delete(folderId)
    this.#stirred.delete(folderId)
  }

  get isEmpty(): boolean {
    return this.#watchers.size === 0
  }

  /** Resolves when nothing is being told any more. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    for (const folderId of this.#watchers.keys()) this.remove(folderId)
    await this.#telling
  }

  #stir(folderId: string, storm: boolean): void {
    const now = performance.now()
    if (this.#stirred.size === 0) this.#since = now
    this.#stirred.add(folderId)
    this.#storm ||= storm
    const last = this.#since + (this.#storm ? this.#pace.stormMostMs : this.#pace.mostMs)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, Math.min(this.#pace.quietMs, last - now)))
  }

  #tell(): void {
    const stirred = [...this.#stirred]
    this.#stirred.clear()
    this.#storm = false
    this.#telling = this.#telling.then(async () => {
      const stirs = new Map<string, Stir>()
      for (const folderId of stirred) {
        const watcher = this.#watchers.get(folderId)
        if (watcher) stirs.set(folderId, await watcher.take())
      }
      const parts = partsOf(stirs)
      if (parts.length > 0) await this.#onParts(parts)
    })
  }
}
