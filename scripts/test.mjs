// npm test: everything, in order, to the end; the last lines name what failed and count what passed and failed.
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
const failures = []
for (const { name, command, report, count } of steps) {
  if (report) fs.rmSync(report, { force: true })
  console.log(`\n# ${name}`)
  const began = Date.now()
  const { code, stopped } = await run(command, { env: toolEnvironment() })
  if (stopped) process.exit(130)
  const { passed, failed, names = [] } = judge(code === 0, count)
  total.passed += passed
  total.failed += failed
  if (failed > 0) failures.push(...(names.length > 0 ? names : ['see above']).map((what) => `${name}: ${what}`))
  summary.push(`${name}: ${passed} passed, ${failed} failed (${Math.round((Date.now() - began) / 1000)} s)`)
}
if (failures.length > 0) console.log(`\n# What failed\n${failures.join('\n')}`)
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
  const { passed, failed, names } = counts
  if (!Number.isInteger(passed) || !Number.isInteger(failed)) return { passed: 0, failed: 1 }
  return { passed, failed: failed === 0 && (!ok || passed === 0) ? 1 : failed, names }
}

/** A file that breaks before its first test counts as one failed test. */
function countVitest({ numPassedTests, numFailedTests, testResults }) {
  const failedIn = ({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed')
  const broken = testResults.filter((file) => file.status === 'failed' && failedIn(file).length === 0)
  const names = testResults.flatMap((file) =>
    failedIn(file).map(({ fullName, failureMessages }) => {
      return `${path.relative(root, file.name)} > ${fullName}\n${indent(failureMessages.join('\n'))}`
    }),
  )
  for (const { name, message } of broken) names.push(`${path.relative(root, name)}\n${indent(message)}`)
  return { passed: numPassedTests, failed: numFailedTests + broken.length, names }
}

/** The first lines of a message, set below its title. */
function indent(message = '') {
  return message
    .split('\n', 12)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n')
}

function read(report) {
  return JSON.parse(fs.readFileSync(report, 'utf8'))
}
