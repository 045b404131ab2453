import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { OsUser } from './os-user.ts'

const prefix = 'carrel-pg-'

/**
 * Makes the private folder for the socket: new and unguessable at each start, so nobody can prepare it, and
 * short, as socket paths end at 103 bytes. `<home>/socket` leads to it, for psql and to remove a forgotten one.
 */
export function makeSocketFolder(home: string, osUser: OsUser | undefined): string {
  removeSocketFolder(home)
  const parent = osUser || os.tmpdir().length > 60 ? '/tmp' : os.tmpdir()
  const folder = fs.mkdtempSync(path.join(parent, prefix))
  fs.symlinkSync(folder, path.join(home, 'socket'))
  if (osUser) fs.chownSync(folder, osUser.uid, osUser.gid)
  return folder
}

export function removeSocketFolder(home: string): void {
  const link = path.join(home, 'socket')
  if (!fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return
  const folder = fs.readlinkSync(link)
  if (path.basename(folder).startsWith(prefix)) fs.rmSync(folder, { recursive: true, force: true })
  fs.rmSync(link)
}
