import type { Placed } from './units.ts'

/** What a walk met, with its path below the root, `/`-separated. */
export type Found =
  | ({ kind: 'file'; path: string; size: number; modifiedMs: number } & Placed)
  /** Something that should be a book or a folder and cannot be looked at. */
  | { kind: 'problem'; path: string; code: 'unreadable' | 'outside-root' | 'bad-name'; detail: string }
  | { kind: 'folder'; path: string }

/** The folder itself cannot be listed. `code` is that of the system. */
export class FolderUnreadable extends Error {
  readonly code: string | undefined
  constructor(code: string | undefined) {
    super('The folder cannot be listed.')
    this.code = code
  }
}

/** `next` asks for one more part, `stop` for no more. */
export type ToThread = { type: 'walk'; root: string; below: string } | { type: 'next' } | { type: 'stop' }
export type FromThread =
  | { type: 'part'; part: Found[] }
  | { type: 'end' }
  | { type: 'failed'; unreadable: boolean; code: string | undefined; message: string }
