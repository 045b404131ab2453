import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

// Paths that a document cites in backticks must exist; ADRs tell of their day and are left alone.
const root = path.join(import.meta.dirname, '../..')
const documents = globSync(['*.md', 'docs/*.md'], { cwd: root })
const cited = /`((?:apps|packages|tooling|e2e|bench|docs|scripts|\.ci)\/[\w./-]+)`/g
const wrong = documents.flatMap((document) =>
  [...readFileSync(path.join(root, document), 'utf8').matchAll(cited)].flatMap(([, target = '']) =>
    existsSync(path.join(root, target)) ? [] : [`${document}: ${target} does not exist`],
  ),
)
if (documents.length === 0) wrong.push('no document was found')
for (const line of wrong) console.error(line)
process.exitCode = wrong.length > 0 ? 1 : 0
