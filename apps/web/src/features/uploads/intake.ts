import type { Dropped } from './dropped.ts'
import { inOrder, planDrop, randomDrop, type Ask } from './plan.ts'
import type { NewFile } from './queue.ts'

/**
 * `found`: files so far. `passed`: of the last drop, files that are no books and tell of none, and the names of some; `unread`: those
 * that the browser could not open. `error`: why what is still to be asked for could not be.
 */
export type IntakeState = { looking: boolean; found: number; passed: number; passedNames: string[]; unread: number; error: unknown }
type Read = (onFound: (count: number) => void) => Promise<Dropped[]>
type Target = { dropOf(file: File, path: string): string | null; add(files: Iterable<NewFile>): void }

const idle: IntakeState = { looking: false, found: 0, passed: 0, passedNames: [], unread: 0, error: null }
const namesShown = 3
/** So many files are opened at a time, between which the page draws. */
const openedAtOnce = 200

/** Looks through what somebody gives, one drop at a time, asks what of it belongs together, and hands it to the queue. */
export class Intake {
  readonly #ask: Ask
  readonly #queue: Target
  #state = idle
  #last: Promise<void> = Promise.resolve()
  #failed: Dropped[] = []
  #error: unknown = null
  readonly #listeners = new Set<() => void>()

  constructor(ask: Ask, queue: Target) {
    this.#ask = ask
    this.#queue = queue
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  state = (): IntakeState => this.#state

  /** Resolves when it is handed over, or failed. */
  take(read: Read): Promise<void> {
    this.#last = this.#last.then(() => this.#take(read))
    return this.#last
  }

  /** Asks again for what could not be asked for. */
  retry(): Promise<void> {
    const files = this.#failed
    this.#failed = []
    this.#error = null
    return this.take(() => Promise.resolve(files))
  }

  dismiss(): void {
    this.#failed = []
    this.#error = null
    this.#set({ ...this.#state, passed: 0, passedNames: [], unread: 0, error: null })
  }

  async #take(read: Read): Promise<void> {
    this.#set({ ...idle, looking: true })
    let files: Dropped[] = []
    try {
      files = inOrder(await read((found) => this.#set({ ...this.#state, found })))
      this.#set({ ...this.#state, found: files.length })
      // What failed before is still to be asked for.
      this.#set({ ...idle, ...(await this.#hand(files)), error: this.#error })
    } catch (error) {
      this.#failed = [...this.#failed, ...files]
      this.#error = error
      this.#set({ ...idle, error })
    }
  }

  /** What was passed by, or not read. A file by itself is never passed by: the server says why it is no book. */
  async #hand(files: readonly Dropped[]): Promise<Pick<IntakeState, 'passed' | 'passedNames' | 'unread'>> {
    const wanted = files.filter(({ path }) => !path.split('/').some((name) => name.startsWith('.')))
    const opened: { path: string; file: File }[] = []
    for (let at = 0; at < wanted.length; at += openedAtOnce) {
      const some = await Promise.all(
        wanted.slice(at, at + openedAtOnce).map(async ({ path, open }) => ({ path, file: await open().catch(() => null) })),
      )
      opened.push(...some.flatMap(({ path, file }) => (file ? [{ path, file }] : [])))
    }
    const [only, ...more] = opened
    const alone = only && more.length === 0 && !only.path.includes('/')
    // What a reload broke off is gone on with, and what else of it comes belongs to that.
    const known = opened.map(({ file, path }) => this.#queue.dropOf(file, path)).find((drop) => drop !== null)
    const drop = known ?? randomDrop()
    const planned = alone
      ? new Map<string, string>()
      : await planDrop(
          this.#ask,
          drop,
          opened.map(({ path }) => path),
        )
    const isTaken = ({ path }: { path: string }) => planned.has(path) || !path.includes('/')
    const taken = opened.filter(isTaken)
    const passedNames = opened.flatMap((file) => (isTaken(file) ? [] : file.path.slice(file.path.lastIndexOf('/') + 1)))
    this.#queue.add(taken.map(({ file, path }) => ({ file, path, drop, together: planned.get(path) ?? null })))
    const unread = wanted.length - opened.length
    return { passed: files.length - taken.length - unread, passedNames: passedNames.slice(0, namesShown), unread }
  }

  #set(state: IntakeState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
