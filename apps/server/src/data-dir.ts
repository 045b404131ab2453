import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { SettingError } from './env.ts'

/** Makes the data folder and sees that it can be written. Throws SettingError where that cannot be. */
export function openDataDir(folder: string): string {
  const absolute = path.resolve(folder)
  try {
    mkdirSync(absolute, { recursive: true, mode: 0o755 })
  } catch (error) {
    throw new SettingError(`DATA_DIR cannot be used: ${absolute} cannot be made (${(error as NodeJS.ErrnoException).code}).`)
  }
  try {
    accessSync(absolute, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SettingError(`DATA_DIR cannot be used: user ${process.getuid?.() ?? ''} cannot write ${absolute} (${code}).`)
  }
  return absolute
}

function writePrivate(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, text, { mode: 0o600, flush: true })
  renameSync(temporary, file)
}

/** The secret of the settings, or the one kept in the data folder, made at the first start with mode 600. */
export function keepSecret(dataDir: string, given: string | undefined): string {
  if (given) return given
  const file = path.join(dataDir, 'secret')
  if (!existsSync(file)) writePrivate(file, `${randomBytes(32).toString('base64url')}\n`)
  const secret = readFileSync(file, 'utf8').trim()
  if (secret.length < 32)
    throw new SettingError(
      `BETTER_AUTH_SECRET: the file ${file} holds no secret. Restore it from your backup; with another, Carrel does not open this database.`,
    )
  return secret
}

/** Roots of the settings, those named at this start, and those remembered from earlier starts. */
export function keepRoots(dataDir: string, fromSettings: readonly string[], named: readonly string[]): string[] {
  const file = path.join(dataDir, 'library-roots')
  const remembered = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
    : []
  const toRemember = [...new Set([...remembered, ...named])]
  if (toRemember.length > remembered.length) {
    writePrivate(file, `# Folders named after "npm start --", one a line. Delete a line to close a folder.\n${toRemember.join('\n')}\n`)
  }
  return [...new Set([...fromSettings.map((root) => path.resolve(root)), ...toRemember])]
}
