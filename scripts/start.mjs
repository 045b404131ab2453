// npm start [-- FOLDER…]: from a fresh clone to a running server. The folders become allowed library roots.
import path from 'node:path'
import { build, findNode, installDependencies, root, run } from './bootstrap.mjs'

const calledFrom = process.env.INIT_CWD ?? process.cwd()
const folders = process.argv.slice(2).map((folder) => path.resolve(calledFrom, folder))

await installDependencies()
const node = findNode()
await build()
// Objects of requests and batches die young; more room for them only makes the process larger.
const { code } = await run([node, '--max-semi-space-size=8', path.join(root, 'apps/server/dist/main.js'), ...folders], {
  name: 'Carrel',
  env: { ...process.env, NODE_ENV: 'production' },
})
process.exit(code)
