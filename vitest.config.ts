import { defineConfig } from 'vitest/config'
import { compileCatalogues } from './apps/web/build/catalogues.ts'

export default defineConfig({
  plugins: [compileCatalogues()],
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/server/src/**/*.test.ts', 'apps/web/src/**/*.test.ts', 'tooling/**/*.test.ts'],
    globalSetup: ['./apps/server/src/testing/global-setup.ts'],
    // Better Auth leaves out its checks of origins and callbacks when it finds itself in a test.
    env: { NODE_ENV: 'production', TEST: '' },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
})
