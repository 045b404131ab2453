// npm test: everything, in order, to the end; the last line counts what passed and failed.
import fs from 'node:fs'
import path from 'node:path'
import { build, findNode, installDependencies, pnpm, root, run, toolEnvironment } from './bootstrap.mjs'

const reports = path.join(root, 'reports')
const vitestReport = path.join(reports, 'vitest.json')
const e2eReport = path.join(reports, 'e2e.json')

const steps = [
  { name: 'verify', command: pnpm('run', 'verify'), count: (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 }) },
  {
    name: 'unit',
    command: pnpm('run', 'unit', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`),
    report: vitestReport,
    count: () => countVitest(read(vitestReport)),
  },
  { name: 'e2e', command: pnpm('run', 'e2e'), report: e2eReport, count: () => read(e2eReport) },
]

await installDependencies(true)
findNode()
await build()

const total = { passed: 0, failed: 0 }
const summary = []
for (const { name, command, report, count } of steps) {
  if (report) fs.rmSync(report, { force: true })
  console.log(`\n# ${name}`)
  const began = Date.now()
  const { code, stopped } = await run(command, { env: toolEnvironment() })
  if (stopped) process.exit(130)
  const { passed, failed } = judge(code === 0, count)
  total.passed += passed
  total.failed += failed
  summary.push(`${name}: ${passed} passed, ${failed} failed (${Math.round((Date.now() - began) / 1000)} s)`)
}
console.log(`\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

/** A step that fails without a failed test, or that counts no test at all, has failed once. */
function judge(ok, count) {
  let counts = { passed: 0, failed: 0 }
  try {
    counts = count(ok)
  } catch (error) {
    console.error(error.message)
  }
  const { passed, failed } = counts
  if (!Number.isInteger(passed) || !Number.isInteger(failed)) return { passed: 0, failed: 1 }
  return { passed, failed: failed === 0 && (!ok || passed === 0) ? 1 : failed }
}

/** A file that breaks before its first test counts as one failed test. */
function countVitest({ numPassedTests, numFailedTests, testResults }) {
  const broken = testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
  })
  return { passed: numPassedTests, failed: numFailedTests + broken.length }
}

function read(report) {
  return JSON.parse(fs.readFileSync(report, 'utf8'))
}
