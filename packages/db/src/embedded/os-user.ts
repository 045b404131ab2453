import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { EmbeddedPostgresError } from './error.ts'

export type OsUser = { uid: number; gid: number }

/**
 * The ordinary user that Postgres, which refuses to be root, runs as: the owner of an existing cluster,
 * else carrel, postgres, a new carrel, nobody. Undefined when we are an ordinary user ourselves.
 */
export function chooseOsUser(cluster: string): OsUser | undefined {
  const existing = fs.statSync(cluster, { throwIfNoEntry: false })
  if (process.getuid?.() !== 0) {
    if (existing && existing.uid !== process.getuid?.()) {
      throw new EmbeddedPostgresError(`${cluster} belongs to another user (uid ${existing.uid}): start Carrel as root or as that user`)
    }
    return undefined
  }
  if (existing) return { uid: existing.uid, gid: existing.gid }
  const user = find('carrel') ?? find('postgres') ?? create('carrel') ?? find('nobody')
  if (!user) throw new EmbeddedPostgresError('Postgres refuses to run as root and there is no other user: start Carrel as an ordinary user')
  return user
}

function find(name: string): OsUser | undefined {
  const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' })
  const gid = spawnSync('id', ['-g', name], { encoding: 'utf8' })
  return uid.status === 0 && gid.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined
}

function create(name: string): OsUser | undefined {
  spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name])
  return find(name)
}
