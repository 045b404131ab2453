import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { settings } from './src/env.ts'

// Makes docs/settings.md from env.ts; with --check only compares.
const file = path.join(import.meta.dirname, '../../docs/settings.md')
const shown = (value: string | number | boolean | readonly string[] | undefined): string =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? '' : `\`${value.toString()}\``
const rows = Object.entries(settings).map(
  ([name, setting]) => `| \`${name}\` | ${shown('default' in setting ? setting.default : undefined)} | ${setting.doc} |`,
)
const text = `# Settings

All are optional environment variables; an empty one counts as unset. A wrong value stops the start with one line that names it. Made from \`apps/server/src/env.ts\` by \`pnpm settings\`.

| setting | default | what it does |
|---|---|---|
${rows.join('\n')}
`
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('docs/settings.md is not what env.ts says. Run: pnpm settings')
    process.exitCode = 1
  }
} else {
  writeFileSync(file, text)
}
