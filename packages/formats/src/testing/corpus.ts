import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file of a corpus: `kind` is its class, such as `valid` or `bomb`; `special` says what is remarkable. */
export type CorpusRow = { path: string; size: number; format: string; kind: string; special: string; sha256: string }

/** The files of a corpus that are there, as its `index.tsv` lists them. */
export function corpusRows(root: string): CorpusRow[] {
  const [, ...lines] = readFileSync(join(root, 'index.tsv'), 'utf8').trim().split('\n')
  return lines
    .map((line) => line.split('\t'))
    .map(([path = '', size, format = '', kind = '', , , special = '', sha256 = '']) => ({
      path,
      size: Number(size),
      format,
      kind,
      special,
      sha256,
    }))
    .filter(({ path }) => existsSync(join(root, path)))
}
