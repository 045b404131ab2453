import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'

const program = path.resolve(import.meta.dirname, '../../apps/server/dist/main.js')
const startLimitMs = 90_000
const stopLimitMs = 15_000

/** A real server process with a data folder of its own, seen as a person at its terminal sees it. */
export type CarrelServer = {
  /** As printed, without a slash at the end. */
  url: string
  /** The link to the setup, while there is something to set up. */
  setupLink: string | null
  dataDir: string
  /** The last lines that it printed. */
  output: () => string
  /** Stops the process and leaves its data. */
  stop: () => Promise<void>
  /** Starts it again at the same address; it may read these folders as well from now on. */
  start: (more?: readonly string[]) => Promise<void>
  /** Stops it and removes its data. */
  remove: () => Promise<void>
}

/** Starts a server that may read `roots`; resolves when it says that it is ready. */
export async function startServer(roots: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<CarrelServer> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'carrel-e2e-data-'))
  // Under root the database runs as another user, who must be able to go there.
  chmodSync(dataDir, 0o755)
  let child: ChildProcess | undefined
  let output = ''
  let port = '0'
  const server: CarrelServer = { url: '', setupLink: null, dataDir, output: () => output, start, stop, remove }
  await start()
  return server

  async function start(more: readonly string[] = []): Promise<void> {
    const began = output.length
    const { PATH, HOME, TMPDIR, LD_LIBRARY_PATH } = process.env
    const given = { PATH, HOME, TMPDIR, LD_LIBRARY_PATH, LANG: 'C.UTF-8', NODE_ENV: 'production' }
    const own = { DATA_DIR: dataDir, PORT: port, HOST: '127.0.0.1', RATE_LIMIT: 'false', ...settings }
    const started = spawn(...tied(process.execPath, [program, ...roots, ...more]), {
      env: { ...given, ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`The server was not ready in time:\n${output.slice(began)}`)), startLimitMs)
      const keep = (text: string): void => {
        output += text
        const [, url] = /^Carrel is ready at (http:\S+)\n[^]*\n\n/m.exec(output.slice(began)) ?? []
        if (url === undefined) return
        clearTimeout(limit)
        server.url = url
        server.setupLink = /^ {2}(http:\S+\/setup\?code=\S+)$/m.exec(output.slice(began))?.[1] ?? null
        port = new URL(url).port
        resolve()
      }
      started.stdout.setEncoding('utf8').on('data', keep)
      started.stderr.setEncoding('utf8').on('data', keep)
      started.once('error', reject)
      started.once('exit', (code) => reject(new Error(`The server ended by itself (${code}):\n${output.slice(began)}`)))
    })
  }

  async function stop(): Promise<void> {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null) return
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    running.kill('SIGTERM')
    const limit = setTimeout(() => running.kill('SIGKILL'), stopLimitMs)
    await ended
    clearTimeout(limit)
  }

  async function remove(): Promise<void> {
    await stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Ends the server with us, even when we are killed. */
function tied(command: string, args: string[]): [string, string[]] {
  const setpriv = '/usr/bin/setpriv'
  return existsSync(setpriv) ? [setpriv, ['--pdeathsig', 'TERM', command, ...args]] : [command, args]
}

/** For a server whose address must be known before it starts: mails carry it. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}
