import { readFileSync, watch, type FSWatcher } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileKind } from '@carrel/formats/names'
import { isPassedBy } from '../scans/listing/walk-folder.ts'
import type { Stir } from './parts.ts'

/** Of one batch; beyond it nobody remembers what changed, and everything is looked through. */
const stormAt = 10_000
const looksAtOnce = 16
/** Only Linux needs a watch for each folder. */
const native = process.platform !== 'linux'

type Node = { name: string; parent: Node | null; watcher: FSWatcher | null; children: Map<string, Node> }

/** The system allows no more watches. */
export class WatchesUsedUp extends Error {}

/**
 * Tells what changes below a folder. Watches each folder and not each file, which costs some 4 kB a folder and nothing a file.
 * `onStir` is called for each event that may matter; what changed is gathered until `take`.
 */
export class FolderWatcher {
  readonly #root: string
  readonly #onStir: (storm: boolean) => void
  readonly #onFault: (error: Error) => void
  readonly #tree: Node = { name: '', parent: null, watcher: null, children: new Map() }
  #names = new Map<string, Set<string>>()
  #events = 0
  #storm = false
  #looking = 0
  #stopped = false

  constructor(root: string, { onStir, onFault }: { onStir: (storm: boolean) => void; onFault: (error: Error) => void }) {
    this.#root = root
    this.#onStir = onStir
    this.#onFault = onFault
  }

  /** Resolves when all folders are watched. Throws WatchesUsedUp, and what the system says of the folder itself. */
  async start(): Promise<void> {
    open.add(this)
    try {
      if (native) this.#tree.watcher = this.#watch(this.#tree, true)
      else await this.#enter(this.#tree)
    } catch (error) {
      this.stop()
      throw error
    }
  }

  stop(): void {
    this.#stopped = true
    open.delete(this)
    leave(this.#tree)
  }

  /** What changed since it was last asked. Folders that are new by then are watched when this resolves. */
  async take(): Promise<Stir> {
    const names = this.#names
    const whole = this.#storm
    this.#names = new Map()
    this.#storm = false
    this.#events = 0
    if (whole) {
      // Of what was lost, some may have been new folders.
      if (!native) await this.#enter(this.#tree).catch(this.#fault)
      return { paths: [], gone: true, whole: true }
    }
    const paths = new Set<string>()
    let gone = false
    for (const [folder, changed] of names)
      for (const name of changed) {
        const below = folder ? `${folder}/${name}` : name
        if (name === '') {
          paths.add(folder)
          continue
        }
        const is = await this.#is(below)
        if (is === 'gone') {
          gone = true
          this.#forget(below)
        }
        if (is === 'folder') await this.#enterNew(below).catch(this.#fault)
        if (is === 'folder' || (is === 'gone' && fileKind(name) === null)) paths.add(below)
        else paths.add(folder)
      }
    return { paths: [...paths], gone, whole: false }
  }

  /** Events may have been lost. */
  suspect(): void {
    this.#storm = true
    this.#names.clear()
    this.#onStir(true)
  }

  #is(below: string): Promise<'folder' | 'file' | 'gone'> {
    return lstat(path.join(this.#root, below)).then(
      (found) => (found.isDirectory() ? 'folder' : 'file'),
      () => 'gone',
    )
  }

  /** Watches a folder and all below it, anew where it was watched before. */
  async #enter(top: Node): Promise<void> {
    const waiting = [top]
    for (let node = waiting.pop(); node && !this.#stopped; node = waiting.pop()) {
      // Before it is listed, so that nothing slips in between.
      leave(node)
      node.children.clear()
      try {
        node.watcher = this.#watch(node, false)
        for (const entry of await readdir(path.join(this.#root, pathOf(node)), { withFileTypes: true }))
          if (entry.isDirectory() && !isPassedBy(entry.name)) {
            const child: Node = { name: entry.name, parent: node, watcher: null, children: new Map() }
            node.children.set(entry.name, child)
            waiting.push(child)
          }
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (error instanceof WatchesUsedUp || node === this.#tree || !passing.has(code ?? '')) throw error
      }
    }
    // Stopped meanwhile: what was opened since is closed as well.
    if (this.#stopped) leave(this.#tree)
  }

  #forget(below: string): void {
    let node: Node | undefined = this.#tree
    for (const name of below.split('/')) node = node?.children.get(name)
    if (!node) return
    leave(node)
    node.parent?.children.delete(node.name)
  }

  async #enterNew(below: string): Promise<void> {
    if (native || this.#stopped) return
    let node = this.#tree
    const parts = below.split('/')
    for (const [at, name] of parts.entries()) {
      let child = node.children.get(name)
      if (!child) {
        // Of a folder that is not known yet everything is entered when its turn comes.
        if (at < parts.length - 1) return
        child = { name, parent: node, watcher: null, children: new Map() }
        node.children.set(name, child)
      }
      node = child
    }
    await this.#enter(node)
  }

  #watch(node: Node, recursive: boolean): FSWatcher {
    try {
      const watcher = watch(path.join(this.#root, pathOf(node)), { persistent: false, recursive }, (event, name) =>
        this.#hear(node, event === 'rename', name),
      )
      watcher.on('error', (error) => {
        watcher.close()
        if (node === this.#tree) this.#fault(error)
      })
      return watcher
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw code === 'ENOSPC' || code === 'EMFILE' ? new WatchesUsedUp() : error
    }
  }

  #hear(node: Node, renamed: boolean, heard: string | null): void {
    if (this.#stopped) return
    countEvent()
    const parts = native && heard !== null ? heard.split(path.sep) : [heard ?? '']
    const name = parts.pop() ?? ''
    if (isPassedBy(name) || parts.some(isPassedBy)) return
    const kind = name === '' ? null : fileKind(name)
    const child = node.children.get(name)
    // What is no book, and neither comes, goes nor is a folder, does not matter.
    if (name !== '' && kind === null && !renamed && !native) return
    if (!this.#storm) {
      this.#events += 1
      if (this.#events >= stormAt) {
        this.#storm = true
        this.#names.clear()
      }
    }
    if (this.#storm) return this.#onStir(true)
    const folder = native ? parts.join('/') : pathOf(node)
    if (kind !== null || child || name === '') return this.#note(folder, name)
    // Neither a book by its name nor a known folder: a new folder, or nothing of ours.
    if (this.#looking >= looksAtOnce) return this.#note(folder, name)
    this.#looking += 1
    void this.#is(folder ? `${folder}/${name}` : name)
      .then(async (is) => {
        if (is !== 'folder') return
        this.#note(folder, name)
        await this.#enterNew(folder ? `${folder}/${name}` : name)
      })
      .catch(this.#fault)
      .finally(() => (this.#looking -= 1))
  }

  #note(folder: string, name: string): void {
    const names = this.#names.get(folder)
    if (names) names.add(name)
    else this.#names.set(folder, new Set([name]))
    this.#onStir(false)
  }

  #fault = (error: unknown): void => {
    if (this.#stopped) return
    this.stop()
    this.#onFault(error instanceof Error ? error : new Error(String(error)))
  }
}

/** A folder that vanished, or may not be read, has nothing to tell. */
const passing: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'EINVAL'])

function pathOf(node: Node): string {
  let below = node.name
  for (let above = node.parent; above?.parent; above = above.parent) below = `${above.name}/${below}`
  return below
}

function leave(node: Node): void {
  node.watcher?.close()
  node.watcher = null
  for (const child of node.children.values()) leave(child)
}

const open = new Set<FolderWatcher>()
/** The queue of the system, which all watches of a process share; what does not fit is lost without a word. */
const queueLength = (): number => {
  try {
    return Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8')) || 16_384
  } catch {
    return 16_384
  }
}
let lostAt: number | undefined
let inWindow = 0
let windowSince = 0

function countEvent(): void {
  const now = performance.now()
  if (now - windowSince > 1000) {
    windowSince = now
    inWindow = 0
  }
  inWindow += 1
  lostAt ??= native ? Number.POSITIVE_INFINITY : queueLength() * 0.75
  if (inWindow >= lostAt) {
    inWindow = 0
    for (const watcher of open) watcher.suspect()
  }
}
