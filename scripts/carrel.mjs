// npm run carrel -- COMMAND …: the command line of the operator, from a fresh clone too. Files are named as where it is called.
import path from 'node:path'
import { build, findNode, installDependencies, root, run } from './bootstrap.mjs'

const calledFrom = process.env.INIT_CWD ?? process.cwd()

await installDependencies()
const node = findNode()
await build()
const { code } = await run([node, path.join(root, 'apps/server/dist/cli.js'), ...process.argv.slice(2)], {
  name: 'Carrel',
  cwd: calledFrom,
  // The server finds its data below the repository, wherever it is started from.
  env: { ...process.env, NODE_ENV: 'production', DATA_DIR: path.resolve(root, process.env.DATA_DIR || 'data') },
})
process.exit(code)
