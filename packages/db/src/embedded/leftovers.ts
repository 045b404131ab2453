import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './error.ts'

/**
 * Ends what a killed server left of this cluster, within 3 s: its Postgres (fast shutdown first), backends
 * that lost theirs, and the pid file. The caller holds the folder's lock, so none of it is in use.
 */
export async function endLeftovers(cluster: string): Promise<void> {
  const pidFile = path.join(cluster, 'postmaster.pid')
  const postmaster = fs.existsSync(pidFile) ? Number.parseInt(fs.readFileSync(pidFile, 'utf8')) : 0
  const running = () => postgresProcesses(cluster, postmaster)
  const settled = async (patience: number) => {
    const deadline = Date.now() + patience
    while (running().length > 0 && Date.now() < deadline) await sleep(20)
  }
  if (running().includes(postmaster)) {
    kill(postmaster, 'SIGINT')
    await settled(1_500)
  }
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    for (const pid of running()) kill(pid, signal)
    await settled(700)
  }
  const [stubborn] = running()
  if (stubborn) throw new EmbeddedPostgresError(`Postgres of an earlier run does not end: process ${stubborn}`)
  // Postgres would take any process of its user that has this pid by now for a running server.
  fs.rmSync(pidFile, { force: true })
}

function postgresProcesses(cluster: string, postmaster: number): number[] {
  if (!fs.existsSync(cluster)) return []
  if (process.platform === 'linux') {
    // Every process of Postgres works in its cluster's folder, whatever became of the pid file.
    const folder = fs.realpathSync(cluster)
    const pids = fs.readdirSync('/proc').map(Number)
    return pids.filter((pid) => pid > 0 && link(pid, 'cwd') === folder && path.basename(link(pid, 'exe')) === 'postgres')
  }
  const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(postmaster)], { encoding: 'utf8' })
  return postmaster > 0 && path.basename(stdout.trim()) === 'postgres' ? [postmaster] : []
}

function link(pid: number, name: 'cwd' | 'exe'): string {
  try {
    return fs.readlinkSync(`/proc/${pid}/${name}`)
  } catch {
    return ''
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
