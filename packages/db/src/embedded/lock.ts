import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EmbeddedPostgresError, FolderInUse } from './error.ts'

/**
 * Claims a folder for this process until the returned function is called or the process dies.
 * SQLite's exclusive lock is a kernel lock that Node otherwise lacks: it cannot go stale, whatever pids do.
 * @throws FolderInUse when another live process has it.
 */
export function lockFolder(folder: string): () => void {
  const note = path.join(folder, 'server.pid')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(path.join(folder, 'lock'))
    lock.exec('PRAGMA journal_mode = memory; BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    const busy = 5
    if ((error as { errcode?: number }).errcode !== busy) {
      throw new EmbeddedPostgresError(`${folder} belongs to another user, or its disk has no file locks`, { cause: error })
    }
    const pid = fs.existsSync(note) ? ` (process ${fs.readFileSync(note, 'utf8').trim()})` : ''
    throw new FolderInUse(`Another Carrel${pid} is using ${path.dirname(folder)}: stop it first, or set another DATA_DIR`)
  }
  fs.writeFileSync(note, `${process.pid}\n`)
  return () => {
    fs.rmSync(note, { force: true })
    lock.close()
  }
}
