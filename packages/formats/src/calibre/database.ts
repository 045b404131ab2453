import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, statSync, type BigIntStats } from 'node:fs'
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import { fullPath, withBookFile } from '../source.ts'
import type { BookFile } from '../types.ts'

const signature = 'SQLite format 3\0'
/** `limits` is younger than the types that we have; an older Node 24 passes over it, and the pool's own limit holds. */
const options: DatabaseSyncOptions & { limits: { length: number } } = { readOnly: true, limits: { length: limits.calibreValue } }
const settings = [
  'trusted_schema = off',
  'query_only = on',
  'cell_size_check = on',
  'mmap_size = 0',
  'temp_store = memory',
  'cache_size = -8192',
]

const inUse = () =>
  new BookFileError('in-use', 'calibre is writing to this library, or left it half written. Open it in calibre, close it, and try again.')

/** The first byte of a file, or null when there is none. */
function firstByte(path: string): number | null {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const byte = Buffer.alloc(1)
    return readSync(descriptor, byte, 0, 1, 0) === 1 ? (byte[0] ?? null) : null
  } finally {
    closeSync(descriptor)
  }
}

/**
 * What is opened as immutable is read without its journal and its log. So neither may hold anything: a journal is done with
 * when it is gone, empty or begins with zeros, a log when it holds no frame (sqlite.org/fileformat2.html, 3 and 4.1).
 */
function assertAtRest(path: string): void {
  const journal = lstatSync(`${path}-journal`, { throwIfNoEntry: false })
  if (journal && !(journal.isFile() && (firstByte(`${path}-journal`) ?? 0) === 0)) throw inUse()
  const log = lstatSync(`${path}-wal`, { throwIfNoEntry: false })
  if (log && !(log.isFile() && log.size <= 32)) throw inUse()
}

const isSame = (a: BigIntStats, b: BigIntStats | null): boolean => b !== null && a.dev === b.dev && a.ino === b.ino
const isUntouched = (a: BigIntStats, b: BigIntStats): boolean => a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs

function statOf(descriptor: number): BigIntStats | null {
  try {
    return fstatSync(descriptor, { bigint: true })
  } catch {
    return null
  }
}

/** What SQLite opened by its path is the file that was judged, and none that was put in its place. */
function isOpenedAgain(descriptor: number, path: string, judged: BigIntStats): boolean {
  if (process.platform !== 'linux') return isSame(judged, statSync(path, { bigint: true }))
  return readdirSync('/proc/self/fd').some((name) => Number(name) !== descriptor && isSame(judged, statOf(Number(name))))
}

/** SQLite's own result codes (sqlite.org/rescode.html). */
function translated(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  switch (error.errcode & 0xff) {
    case 7:
      return new BookFileError('memory', 'Reading the database took more memory than allowed.')
    case 18:
      return new BookFileError('too-large', 'A value in the database is longer than allowed.')
    case 26:
      return new BookFileError('not-a-book', 'This is no database of calibre.')
    default:
      return new BookFileError('corrupt-archive', 'The database is damaged.')
  }
}

function readDatabase<T>(path: string, descriptor: number, judged: BigIntStats, use: (database: DatabaseSync) => T): T {
  const address = pathToFileURL(path)
  address.search = '?immutable=1'
  const database = new DatabaseSync(address, options)
  try {
    if (!isOpenedAgain(descriptor, path, judged)) throw new BookFileError('vanished', 'The file was replaced while it was opened.')
    database.enableDefensive(true)
    for (const setting of settings) database.exec(`pragma ${setting}`)
    return use(database)
  } finally {
    database.close()
  }
}

/**
 * Opens a database for reading, as `openBookFile` opens a book. Nothing is locked and no file is made beside it; so what
 * another program writes meanwhile makes it fail, rather than be read half.
 *
 * @throws {BookFileError} `too-large`, `not-a-book`, `in-use`, `corrupt-archive`, `memory`, and what `openBookFile` throws.
 */
export function withDatabase<T>(file: BookFile, use: (database: DatabaseSync) => T): Promise<T> {
  const path = fullPath(file)
  return withBookFile(file, async (descriptor) => {
    const before = fstatSync(descriptor, { bigint: true })
    if (before.size > limits.calibreBytes) throw new BookFileError('too-large', 'The database is larger than 1 GiB.')
    const start = Buffer.alloc(signature.length)
    readSync(descriptor, start, 0, start.length, 0)
    if (start.toString('latin1') !== signature) throw new BookFileError('not-a-book', 'This is no database of calibre.')
    const assertUntouched = () => {
      if (!isUntouched(before, fstatSync(descriptor, { bigint: true }))) throw inUse()
      assertAtRest(path)
    }
    assertUntouched()
    let read: T
    try {
      read = readDatabase(path, descriptor, before, use)
    } catch (error) {
      assertUntouched()
      throw translated(error)
    }
    assertUntouched()
    return read
  })
}
