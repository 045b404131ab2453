import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './error.ts'

/**
 * Ends what a killed server left of this cluster, within 3 s: its Postgres (fast shutdown first), backends
 * without one, the pid file and the socket folder. The caller holds the folder's lock, so none of it is in use.
 */
export async function endLeftovers(cluster: string): Promise<void> {
  const pidFile = path.join(cluster, 'postmaster.pid')
  const pidLines = fs.existsSync(pidFile) ? fs.readFileSync(pidFile, 'utf8').split('\n') : []
  const postmaster = Number(pidLines[0])
  const steps: [NodeJS.Signals, number][] = [['SIGINT', 1_500], ['SIGQUIT', 1_000], ['SIGKILL', 500]]
  for (const [signal, patience] of steps) {
    const running = postgresProcesses(cluster, postmaster)
    if (running.length === 0) break
    for (const pid of running) if (signal !== 'SIGINT' || pid === postmaster) kill(pid, signal)
    const deadline = Date.now() + patience
    while (Date.now() < deadline && postgresProcesses(cluster, postmaster).length > 0) await sleep(20)
  }
  const [stubborn] = postgresProcesses(cluster, postmaster)
  if (stubborn) throw new EmbeddedPostgresError(`A Postgres of an earlier run does not end: process ${stubborn}`)
  // Postgres would take any process of its user that got this pid meanwhile for itself.
  fs.rmSync(pidFile, { force: true })
  const socketDir = pidLines[4]
  if (socketDir && path.basename(socketDir).startsWith('carrel-pg-')) fs.rmSync(socketDir, { recursive: true, force: true })
}

function postgresProcesses(cluster: string, postmaster: number): number[] {
  if (process.platform !== 'linux') {
    const found = postmaster > 1 && spawnSync('ps', ['-o', 'comm=', '-p', String(postmaster)], { encoding: 'utf8' })
    return found && found.stdout.trim().endsWith('postgres') ? [postmaster] : []
  }
  // Every Postgres process works in its cluster's folder, whatever became of the pid file.
  const folder = fs.existsSync(cluster) && fs.realpathSync(cluster)
  return fs.readdirSync('/proc').map(Number).filter((pid) => pid > 1 && folder && link(pid, 'cwd') === folder && path.basename(link(pid, 'exe')) === 'postgres')
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
    if ((error as { code?: string }).code !== 'ESRCH') throw error
  }
}
