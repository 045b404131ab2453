import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { prepareCorpus } from './corpus/corpus.ts'
import { setUp, startServer, connect, superuserOf } from './server.ts'
const corpus = await prepareCorpus('/tmp/carrel-bench', 2000)
const dataDir = '/tmp/zz-data'
rmSync(dataDir, { recursive: true, force: true })
const flags = process.env['FLAGS'] ? process.env['FLAGS'].split(' ') : []
const server = await startServer({ dataDir, roots: [corpus.folder], nodeFlags: flags })
const cpu = () => {
  const all: Record<string, number> = {}
  for (const pid of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const f = stat.replace(/^.*\) /s, '').split(' ')
      const cmd = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
      const t = (Number(f[11]) + Number(f[12])) * 10
      const key = cmd.includes('formats-child') ? 'readers' : cmd.startsWith('postgres:') && cmd.includes('carrel') ? 'pg backends' : cmd.startsWith('postgres:') ? 'pg ' + cmd.slice(9, 30) : Number(pid) === server.pid ? 'main' : ''
      if (key) all[key] = (all[key] ?? 0) + t
    } catch {}
  }
  return all
}
try {
  const session = await setUp(server)
  await wait(1000)
  const sql = connect(superuserOf(dataDir))
  const before = cpu()
  const t0 = Date.now()
  const { id } = await session.post<{ id: string }>('/libraries', { name: 'Bench', folders: [corpus.folder] })
  let first = 0
  let started = 0
  const curve: string[] = []
  for (;;) {
    const [row] = await sql`select status, started_at, listed, found from scan`
    if (row?.['startedAt'] ?? row?.['started_at']) started ||= new Date(row!['started_at']).getTime()
    const [b] = await sql`select count(*)::int as n from book`
    if (b!['n'] > 0 && !first) first = Date.now()
    curve.push(`${Date.now() - t0}:${b!['n']}`)
    if (row && row['status'] !== 'queued' && row['status'] !== 'listing') break
    await wait(100)
  }
  const end = Date.now()
  const after = cpu()
  console.log({ posted: t0, startedAfter: started - t0, firstBook: first - started, listed: end - started, rate: 2000_000 / (end - started) })
  console.log(curve.join(' '))
  for (const k of Object.keys(after)) console.log(k, (after[k] ?? 0) - (before[k] ?? 0), 'ms')
  await sql.end()
} finally {
  await server.stop()
}
