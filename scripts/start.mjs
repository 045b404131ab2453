// npm start [-- FOLDER…]: from a fresh clone to a running server. The folders become allowed library roots.
import path from 'node:path'
import { build, findNode, installDependencies, root, run } from './bootstrap.mjs'

const calledFrom = process.env.INIT_CWD ?? process.cwd()
const folders = process.argv.slice(2).map((folder) => path.resolve(calledFrom, folder))

await installDependencies()
const node = findNode()
await build()
// Little of what requests and batches make lives on: more room for it only makes the process larger.
const memory = ['--max-semi-space-size=8', '--heap-growing-percent=50']
const { code } = await run([node, ...memory, path.join(root, 'apps/server/dist/main.js'), ...folders], {
  name: 'Carrel',
  env: { ...process.env, NODE_ENV: 'production' },
})
process.exit(code)
