import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LaunchOptions } from '@playwright/test'

/**
 * The browser of the run: CHROMIUM_PATH, else the machine's own, else (or with CHROMIUM_PATH=package) the one of the
 * npm package, which needs nothing that a bare Debian lacks because it brings NSS, expat and a font of its own.
 */
export async function findBrowser(): Promise<LaunchOptions> {
  const given = process.env['CHROMIUM_PATH'] || (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : 'package')
  if (given !== 'package') return { executablePath: given }
  const folder = await unpack()
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  return {
    executablePath: path.join(folder, 'chromium'),
    env: {
      ...environment,
      LD_LIBRARY_PATH: [path.join(folder, 'al2023/lib'), environment['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
      ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_FILE: path.join(folder, 'fonts.conf') }),
    },
  }
}

/** Unpacks the browser beside the package that brought it, once; several processes may try at the same time. */
async function unpack(): Promise<string> {
  const bin = fileURLToPath(new URL('../bin', import.meta.resolve('@sparticuz/chromium')))
  const folder = path.resolve(import.meta.dirname, '../node_modules/.chromium')
  const { version } = JSON.parse(readFileSync(path.join(bin, '../package.json'), 'utf8')) as { version: string }
  const target = path.join(folder, version)
  if (existsSync(target)) return target
  const partial = path.join(folder, randomUUID())
  mkdirSync(partial, { recursive: true })
  // The package unpacks into the temporary folder, and only there.
  const temporary = process.env['TMPDIR']
  process.env['TMPDIR'] = partial
  try {
    const { inflate } = await import('@sparticuz/chromium')
    for (const file of ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) await inflate(path.join(bin, file))
  } finally {
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  }
  writeFileSync(path.join(partial, 'fonts.conf'), fontSettings)
  try {
    renameSync(partial, target)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

/** Read from where it lies, so that the clone may move. */
const fontSettings = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>/usr/share/fonts</dir>
<dir prefix="relative">fonts</dir>
</fontconfig>
`
