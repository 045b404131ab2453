import { existsSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { availableParallelism, networkInterfaces } from 'node:os'
import path from 'node:path'
import { watchPace } from '@carrel/api'
import { setupCode, needsSetup } from '@carrel/auth'
import { startEmbeddedPostgres } from '@carrel/db/embedded'
import { createApp, createProbes } from './app.ts'
import { keepRoots, keepSecret, openDataDir } from './data-dir.ts'
import { createDeps } from './deps.ts'
import { readEnv, SettingError } from './env.ts'
import { sendError } from './http/guard.ts'
import { createLog } from './log.ts'
import { migrationsDir, version, webDir } from './place.ts'
import { startFailure } from './start-failure.ts'
import { createWorker } from './worker.ts'

const stopLimitMs = 9000
/** Of sign-in, queue, events and migrations, and room for psql and a backup. */
const otherConnections = 30

await main().catch((error: unknown) => {
  console.error(startFailure(error) ?? error)
  process.exit(1)
})

async function main(): Promise<void> {
  // oxlint-disable-next-line no-restricted-properties -- the one place besides env.ts that hands the environment over
  const env = readEnv(process.env)
  const log = createLog(env.LOG_LEVEL)
  const dataDir = openDataDir(env.DATA_DIR)
  const secret = keepSecret(dataDir, env.BETTER_AUTH_SECRET)
  const roots = keepRoots(
    dataDir,
    env.LIBRARY_ROOTS,
    process.argv.slice(2).map((folder) => path.resolve(folder)),
  )

  // Each part that starts adds how it ends; they end from last to first, once the step under way is done.
  const running = new AsyncDisposableStack()
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    setTimeout(() => process.exit(1), stopLimitMs).unref()
    return (stopping ??= Promise.resolve(starting)
      .catch(() => {})
      .then(() => running.disposeAsync())
      .catch((error: unknown) => log.error({ err: error }, 'stop')))
  }
  const goOn = (): void => {
    if (stopping) throw new Error('The start was called off.')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop().then(() => process.exit(0)))

  starting = start()
  try {
    await starting
  } catch (error) {
    const calledOff = stopping !== undefined
    await stop()
    if (!calledOff) throw error
  }

  async function start(): Promise<void> {
    // The port is taken first, so that a second start says so at once; until all is ready it answers 503.
    let answer: RequestListener = (_request, response) => sendError(response, 503, 'STARTING', 'Carrel is starting. Try again in a moment.')
    const server = createServer(
      { requestTimeout: 60_000, headersTimeout: 30_000, keepAliveTimeout: 65_000, maxHeaderSize: 32 * 1024 },
      (request, response) => answer(request, response),
    )
    await listen(server, env.PORT, env.HOST)
    goOn()
    const database = env.DATABASE_URL ? { target: { url: env.DATABASE_URL }, owner: null } : await startDatabase()
    goOn()
    const deps = await createDeps({ ...database, env, secret, roots, dataDir, migrationsDir, webDir, version, log })
    running.defer(() => deps.close())
    running.defer(() => closeServer(server))
    goOn()
    if (env.ROLE !== 'web') {
      const worker = await createWorker(deps, {
        processes: env.SCAN_PROCESSES ?? availableParallelism(),
        watch: { ...watchPace, pollMs: env.POLL_MINUTES * 60_000 },
      })
      running.defer(() => worker.stop())
      goOn()
    }
    const code = (await needsSetup(deps.authDb)) ? setupCode(secret) : null
    goOn()
    answer = env.ROLE === 'worker' ? createProbes(deps) : createApp(deps)
    if (env.ROLE !== 'worker') announce(server, env, roots, code)
  }

  async function startDatabase() {
    const postgres = await startEmbeddedPostgres({
      dataDir,
      settings: { max_connections: String(env.DATABASE_POOL + otherConnections) },
    })
    running.defer(() => postgres.stop())
    void postgres.exited.then((exit) => {
      if (exit.expected) return
      log.error(`The database ended unexpectedly: ${exit.complaint}. Carrel stops.`)
      void stop().then(() => process.exit(1))
    })
    const { host, port, database, user, password } = postgres.options
    return { target: { host, port, database }, owner: { user, password } }
  }
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new SettingError(`PORT ${port} is taken by another program. Choose another: PORT=${port + 1} npm start`))
      else if (error.code === 'EACCES')
        reject(new SettingError(`PORT ${port} may not be used by this user. Choose one above 1023: PORT=3000 npm start`))
      else reject(new SettingError(`HOST ${host} cannot be listened on (${error.code}).`))
    })
    server.listen(port, host, () => resolve())
  })
}

/** Ends open streams and idle connections at once; answers under way have until the stop limit. */
async function closeServer(server: ReturnType<typeof createServer>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), 1000).unref()
  await closed
}

function announce(
  server: ReturnType<typeof createServer>,
  env: ReturnType<typeof readEnv>,
  roots: readonly string[],
  code: string | null,
): void {
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : env.PORT
  const local = env.APP_URL ?? `http://localhost:${port}`
  // A container's own address leads nowhere from outside.
  const contained = existsSync('/.dockerenv') || existsSync('/run/.containerenv')
  const lan = Object.values(contained ? {} : networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address
  const lines = ['', `Carrel is ready at ${local}`]
  if (!env.APP_URL && lan && env.HOST === '0.0.0.0') lines.push(`  on your network: http://${lan}:${port}`)
  if (code) lines.push('', 'Set it up here (the link carries your one-time code):', `  ${local}/setup?code=${code}`)
  const missing = new Set(roots.filter((root) => !existsSync(root)))
  const mend = contained ? 'Mount yours and name it in LIBRARY_ROOTS.' : 'Start it with yours:  npm start -- ~/Books'
  if (roots.length === 0) lines.push('', `No folder with books is open to it yet. ${mend}`)
  else lines.push('', 'Folders it may read:', ...roots.map((root) => `  ${root}${missing.has(root) ? '  (not found)' : ''}`))
  console.log([...lines, ''].join('\n'))
}
