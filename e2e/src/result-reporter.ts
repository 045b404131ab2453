import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FullResult, Reporter, Suite } from '@playwright/test/reporter'

/** Writes what `npm test` adds up: {passed, failed, skipped, names of the failed}. A run that ran nothing has failed. */
export default class ResultReporter implements Reporter {
  private readonly file: string
  private suite: Suite | undefined

  constructor({ file }: { file: string }) {
    this.file = file
  }

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite
  }

  onEnd({ status }: FullResult): void {
    const tests = this.suite?.allTests() ?? []
    const outcomes = tests.map((test) => test.outcome())
    const count = (...wanted: string[]) => outcomes.filter((outcome) => wanted.includes(outcome)).length
    const [passed, failed, skipped] = [count('expected', 'flaky'), count('unexpected'), count('skipped')]
    const names = tests.filter((test) => test.outcome() === 'unexpected').map((test) => test.titlePath().slice(2).join(' > '))
    const broken = failed === 0 && (status !== 'passed' || passed === 0)
    mkdirSync(path.dirname(this.file), { recursive: true })
    writeFileSync(this.file, `${JSON.stringify({ passed, failed: broken ? 1 : failed, skipped, names })}\n`)
  }

  printsToStdio(): boolean {
    return false
  }
}
