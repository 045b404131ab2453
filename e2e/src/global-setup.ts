import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** What the specs need before the first of them: a built server and web app, and no screens of an earlier run. */
export default function prepare(): void {
  rmSync(path.join(root, 'reports/screens'), { recursive: true, force: true })
  if (['apps/server/dist/main.js', 'apps/web/dist/index.html'].every((file) => existsSync(path.join(root, file)))) return
  const { status } = spawnSync('turbo', ['run', 'build', '--output-logs=errors-only'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env['PATH']}` },
  })
  if (status !== 0) throw new Error('The build failed, so there is nothing to test.')
}
