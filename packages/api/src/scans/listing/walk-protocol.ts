import type { FileRole } from './units.ts'

/** What a walk met, with its path below the root, `/`-separated. */
export type Found =
  /** `unit`: its digest, see `unitHash`. */
  | { kind: 'file'; path: string; size: number; modifiedMs: number; unit: string; role: FileRole }
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
  | { type: 'part'; part: PackedPart }
  | { type: 'end' }
  | { type: 'failed'; unreadable: boolean; code: string | undefined; message: string }

/** Files in columns, which cross from thread to thread several times as fast as objects; the rest beside them, by its place. */
export type PackedPart = { paths: string[]; units: string[]; numbers: Float64Array; others: { at: number; found: Found }[] }

export function pack(part: readonly Found[]): PackedPart {
  const packed: PackedPart = { paths: [], units: [], numbers: new Float64Array(part.length * 3), others: [] }
  for (const [at, found] of part.entries()) {
    if (found.kind !== 'file') {
      packed.others.push({ at, found })
      continue
    }
    packed.numbers.set([found.size, found.modifiedMs, found.role === 'book' ? 1 : 0], packed.paths.length * 3)
    packed.paths.push(found.path)
    packed.units.push(found.unit)
  }
  return packed
}

export function unpack({ paths, units, numbers, others }: PackedPart): Found[] {
  const part: Found[] = []
  let other = 0
  for (const [i, path] of paths.entries()) {
    for (let next = others[other]; next?.at === part.length; next = others[other]) {
      part.push(next.found)
      other += 1
    }
    const at = i * 3
    const role = numbers[at + 2] === 1 ? 'book' : 'sidecar'
    part.push({ kind: 'file', path, size: numbers[at] ?? 0, modifiedMs: numbers[at + 1] ?? 0, unit: units[i] ?? '', role })
  }
  return [...part, ...others.slice(other).map(({ found }) => found)]
}
