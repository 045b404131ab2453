import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { walkFolder } from './walk-folder.ts'
import { thingsOf } from './walk-protocol.ts'

const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'carrel-walk-')))
afterAll(() => rmSync(scratch, { recursive: true }))

test('a path that is too long is told of by its beginning, in whole characters', () => {
  const folder = path.join(scratch, 'long', ...Array.from({ length: 5 }, () => 'x'.repeat(200)))
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, `${'y'.repeat(39)}📚.epub`), '')
  const problem = [...walkFolder(path.join(scratch, 'long'), '')]
    .flatMap((part) => [...thingsOf(part)])
    .find((found) => found.kind === 'problem')
  expect(problem).toMatchObject({ code: 'bad-name', path: expect.stringMatching(/\/y{39}\ufffd…$/) as unknown })
})

test('a part is looked through by its own path, and not through a link', () => {
  const root = path.join(scratch, 'root')
  mkdirSync(path.join(scratch, 'elsewhere/deep'), { recursive: true })
  mkdirSync(path.join(root, 'own/deep'), { recursive: true })
  for (const folder of ['elsewhere', 'root/own']) writeFileSync(path.join(scratch, folder, 'deep/a.epub'), '')
  symlinkSync(path.join(scratch, 'elsewhere'), path.join(root, 'link'))
  const files = (below: string) =>
    [...walkFolder(root, below)].flatMap((part) => [...thingsOf(part)]).flatMap((found) => (found.kind === 'file' ? found.path : []))
  expect(['own/deep', 'link', 'link/deep', 'none', 'own/deep/a.epub/none'].map(files)).toEqual([['own/deep/a.epub'], [], [], [], []])
})
