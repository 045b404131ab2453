import path from 'node:path'
import { defineConfig } from '@playwright/test'
import { findBrowser } from './src/browser.ts'

const reports = path.resolve(import.meta.dirname, '../reports')

export default defineConfig({
  testDir: 'specs',
  outputDir: path.join(reports, 'e2e'),
  globalSetup: './src/global-setup.ts',
  forbidOnly: !!process.env['CI'],
  workers: 2,
  fullyParallel: false,
  // A test that passes only the second time is told as flaky.
  retries: 1,
  // Two busy cores: generous in each wait, so that only a condition that never comes fails.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['./src/result-reporter.ts', { file: path.join(reports, 'e2e.json') }]],
  use: {
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    screenshot: 'only-on-failure',
    launchOptions: await findBrowser(),
  },
})
