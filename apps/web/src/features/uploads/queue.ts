import type { Upload } from '@carrel/api/schema/uploads'
import { errorCode } from '#lib/error-text.ts'
import type { Transport } from './transport.ts'

/** `sent`: all bytes are there, and the server reads them. */
export type QueueState = 'waiting' | 'sending' | 'paused' | 'sent' | 'failed'
export type QueuedFile = {
  key: number
  /** With the folders that it lay in. */
  name: string
  /** What it belongs together with. */
  together: string | null
  size: number
  /** Bytes that are there. */
  sent: number
  state: QueueState
  uploadId: string | null
  /** What became of it on the server, as it was told last. */
  upload: Upload | null
  /** Why it failed. */
  error: unknown
}
/** `drop` tells apart what was given at different times. */
export type NewFile = { file: File; path: string; together: string | null; drop: string }

export type QueueOptions = {
  transport: Transport
  libraryId: string
  /** Which upload a file was going on with, over a reload. */
  memory: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  onSent: () => void
  pause: (ms: number, signal: AbortSignal) => Promise<void>
}

const atOnce = 3
const manyFiles = 500
const showEveryMs = 300
const firstPart = 1024 * 1024
const largestPart = 8 * 1024 * 1024
const smallestPart = 512 * 1024
/** A part that took longer is halved next time, one that was quicker doubled. */
const slowMs = 8000
const quickMs = 1500
const waitsMs = [1000, 2000, 5000, 10_000, 20_000]
const passing = new Set(['NETWORK', 'TIMEOUT', 'UNAVAILABLE', 'STARTING', 'TOO_MANY_REQUESTS', 'OTHER_OFFSET', 'INTERNAL_SERVER_ERROR'])

type Entry = { shown: QueuedFile; file: File; memoryKey: string; drop: string; stop: AbortController | null }

/**
 * Files on their way into one library: three at a time, each in parts whose size follows the speed of the line. What the line
 * breaks off is gone on with by itself; everything else waits for somebody.
 */
export class UploadQueue {
  readonly #options: QueueOptions
  #entries: Entry[] = []
  #shown: readonly QueuedFile[] = []
  #part = firstPart
  #next = 1
  #willShow = false
  readonly #listeners = new Set<() => void>()

  constructor(options: QueueOptions) {
    this.#options = options
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  files = (): readonly QueuedFile[] => this.#shown

  add(files: Iterable<NewFile>): void {
    const going = new Set(this.#entries.filter(({ shown }) => shown.state !== 'sent').map((entry) => entry.memoryKey))
    for (const { file, path, together, drop } of files) {
      const key = memoryKey(this.#options.libraryId, file, path)
      if (going.has(key)) continue
      going.add(key)
      const shown: QueuedFile = {
        key: this.#next++,
        name: path,
        together,
        size: file.size,
        sent: 0,
        state: 'waiting',
        uploadId: null,
        upload: null,
        error: null,
      }
      this.#entries.push({ shown, file, memoryKey: key, drop, stop: null })
    }
    this.#changed()
  }

  /** The drop that an upload of this file was begun with and not ended, also before a reload. */
  dropOf(file: File, path: string): string | null {
    return this.#options.memory.getItem(memoryKey(this.#options.libraryId, file, path))?.split(' ')[1] ?? null
  }

  /** Uploads that are whole, and of which nobody told what became of them. */
  untold(): string[] {
    return this.#entries.flatMap(({ shown: { state, upload, uploadId } }) =>
      state === 'sent' && uploadId !== null && upload?.state !== 'done' && upload?.state !== 'refused' ? uploadId : [],
    )
  }

  /** What the server says of uploads. */
  note(uploads: readonly Upload[]): void {
    const told = new Map(uploads.map((upload) => [upload.id, upload]))
    let news = false
    for (const entry of this.#entries) {
      const upload = told.get(entry.shown.uploadId ?? '')
      if (!upload || (upload.state === entry.shown.upload?.state && upload.bookId === entry.shown.upload.bookId)) continue
      entry.shown = { ...entry.shown, upload }
      news = true
    }
    if (news) this.#tell()
  }

  pause(key: number): void {
    this.#change(key, (entry) => {
      if (entry.shown.state !== 'waiting' && entry.shown.state !== 'sending') return
      entry.stop?.abort()
      entry.shown = { ...entry.shown, state: 'paused' }
    })
  }

  /** Goes on with what was paused or failed. */
  resume(key: number): void {
    this.#change(key, (entry) => {
      if (entry.shown.state === 'paused' || entry.shown.state === 'failed') entry.shown = { ...entry.shown, state: 'waiting', error: null }
    })
  }

  /** Takes a file off the list; what came of it is given up, unless it is being read. */
  remove(key: number): void {
    const entry = this.#entries.find(({ shown }) => shown.key === key)
    if (!entry) return
    entry.stop?.abort()
    this.#entries = this.#entries.filter((other) => other !== entry)
    const { uploadId, state } = entry.shown
    this.#options.memory.removeItem(entry.memoryKey)
    if (uploadId !== null && state !== 'sent') void this.#options.transport.end(uploadId).catch(() => {})
    this.#changed()
  }

  clear(keys: readonly number[]): void {
    const cleared = new Set(keys)
    this.#entries = this.#entries.filter(({ shown }) => !cleared.has(shown.key))
    this.#changed()
  }

  #change(key: number, change: (entry: Entry) => void): void {
    const entry = this.#entries.find(({ shown }) => shown.key === key)
    if (entry) change(entry)
    this.#changed()
  }

  #changed(): void {
    const sending = this.#entries.filter(({ stop }) => stop !== null).length
    for (const entry of this.#entries.filter(({ shown }) => shown.state === 'waiting').slice(0, Math.max(0, atOnce - sending)))
      void this.#run(entry)
    this.#tell()
  }

  /** With many files, a few times a second: each telling costs what drawing them all does. */
  #tell(): void {
    if (this.#entries.length <= manyFiles) return this.#show()
    if (this.#willShow) return
    this.#willShow = true
    setTimeout(() => {
      this.#willShow = false
      this.#show()
    }, showEveryMs)
  }

  #show(): void {
    this.#shown = this.#entries.map(({ shown }) => shown)
    for (const listener of this.#listeners) listener()
  }

  async #run(entry: Entry): Promise<void> {
    const stop = new AbortController()
    entry.stop = stop
    entry.shown = { ...entry.shown, state: 'sending' }
    try {
      for (let tries = 0; ;) {
        const before = entry.shown.sent
        try {
          await this.#send(entry, stop.signal)
          break
        } catch (error) {
          if (entry.shown.sent > before) tries = 0
          const wait = waitsMs[tries]
          tries += 1
          if (stop.signal.aborted || wait === undefined || !passing.has(errorCode(error))) throw error
          this.#part = Math.max(smallestPart, this.#part / 2)
          await this.#options.pause(wait, stop.signal)
        }
      }
      entry.shown = { ...entry.shown, state: 'sent' }
      this.#options.memory.removeItem(entry.memoryKey)
      this.#options.onSent()
    } catch (error) {
      if (!stop.signal.aborted) entry.shown = { ...entry.shown, state: 'failed', error }
    } finally {
      if (entry.stop === stop) entry.stop = null
      this.#changed()
    }
  }

  async #send(entry: Entry, signal: AbortSignal): Promise<void> {
    const { transport, libraryId, memory } = this.#options
    const { file, memoryKey: remembered, drop } = entry
    if (file.size === 0) throw Object.assign(new Error('empty'), { code: 'EMPTY_FILE' })
    let uploadId = entry.shown.uploadId ?? memory.getItem(remembered)?.split(' ')[0] ?? null
    let sent = uploadId === null ? null : await transport.offset(uploadId, signal)
    if (uploadId === null || sent === null) {
      const { name: path, together } = entry.shown
      const begun = await transport.begin(libraryId, { path, size: file.size, together }, signal)
      uploadId = begun.uploadId
      sent = begun.offset
      memory.setItem(remembered, `${uploadId} ${drop}`)
    }
    entry.shown = { ...entry.shown, uploadId, sent }
    this.#tell()
    while (sent < file.size) {
      const started = performance.now()
      sent = await transport.send(uploadId, sent, file.slice(sent, sent + this.#part), signal)
      const took = performance.now() - started
      if (took < quickMs) this.#part = Math.min(largestPart, this.#part * 2)
      else if (took > slowMs) this.#part = Math.max(smallestPart, this.#part / 2)
      entry.shown = { ...entry.shown, sent }
      this.#tell()
    }
  }
}

const memoryKey = (libraryId: string, file: Pick<File, 'size' | 'lastModified'>, path: string): string =>
  `carrel.upload ${libraryId} ${file.size} ${file.lastModified} ${path}`
