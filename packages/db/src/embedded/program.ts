import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import type { OsUser } from './os-user.ts'

/**
 * Starts a Postgres program on a folder in a session of its own, so that Ctrl-C reaches only us. It gets
 * `deathSignal` when this process dies, kill -9 included (Linux with util-linux).
 * `args` gets the folder as a path that `osUser` can enter even where a parent folder is closed to it.
 */
export function spawnOn(
  folder: string,
  program: string,
  args: (folder: string) => string[],
  how: { osUser: OsUser | undefined; deathSignal: 'INT' | 'KILL'; output: number | 'pipe' },
): ChildProcess {
  const { osUser, deathSignal, output } = how
  // The kernel follows an open folder's link without looking at the permissions on the way to it.
  const fd = osUser && process.platform === 'linux' ? fs.openSync(folder, 'r') : undefined
  const tied = canTie() ? ['setpriv', '--pdeathsig', deathSignal] : []
  const [command, ...rest] = [...tied, program, ...args(fd === undefined ? folder : '/proc/self/fd/3')] as [string, ...string[]]
  try {
    return spawn(command, rest, {
      ...osUser,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
      detached: true,
      stdio: ['ignore', output, output, ...(fd === undefined ? [] : [fd])],
    })
  } finally {
    if (fd !== undefined) fs.closeSync(fd)
  }
}

let tieable: boolean | undefined

function canTie(): boolean {
  tieable ??= process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'INT', 'true'], { stdio: 'ignore' }).status === 0
  return tieable
}
