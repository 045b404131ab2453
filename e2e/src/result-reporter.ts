import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FullResult, Reporter, Suite } from '@playwright/test/reporter'

/** Writes what `npm test` adds up: {passed, failed, skipped}. A run that ran nothing has failed. */
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
    const outcomes = (this.suite?.allTests() ?? []).map((test) => test.outcome())
    const count = (...wanted: string[]) => outcomes.filter((outcome) => wanted.includes(outcome)).length
    const [passed, failed, skipped] = [count('expected', 'flaky'), count('unexpected'), count('skipped')]
    const broken = failed === 0 && (status !== 'passed' || passed === 0)
    mkdirSync(path.dirname(this.file), { recursive: true })
    writeFileSync(this.file, `${JSON.stringify({ passed, failed: broken ? 1 : failed, skipped })}\n`)
  }

  printsToStdio(): boolean {
    return false
  }
}
