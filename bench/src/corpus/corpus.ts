import { fork } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'

/** To be raised whenever the same number and seed give other files. */
const version = 1

/** A book below the corpus folder, and where its cover's bytes stand in the file. */
export type BookPlace = { path: string; coverStart: number; coverLength: number }
export type Corpus = { folder: string; books: BookPlace[] }
export type CorpusTask = { folder: string; count: number; seed: number; part: number; parts: number }

function generate(task: CorpusTask): Promise<BookPlace[]> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./child.ts', import.meta.url))
    child.once('message', (places) => resolve(places as BookPlace[]))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The generator ended with ${code}.`)))
    child.send(task)
  })
}

/**
 * `count` distinct EPUBs of about 250 kB with covers of 600 × 900, a fifth of them Japanese, in folders by
 * author. The same for the same count and seed; made once and kept in `cache`.
 */
export async function prepareCorpus(cache: string, count: number, seed = 1): Promise<Corpus> {
  const home = path.join(cache, `corpus-v${version}-${count}-${seed}`)
  const index = path.join(home, 'index.json')
  const folder = path.join(home, 'books')
  if (!existsSync(index)) {
    rmSync(home, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const parts = availableParallelism()
    const made = await Promise.all(Array.from({ length: parts }, (_, part) => generate({ folder, count, seed, part, parts })))
    writeFileSync(`${index}.new`, JSON.stringify(made.flat()))
    renameSync(`${index}.new`, index)
  }
  return { folder, books: JSON.parse(readFileSync(index, 'utf8')) as BookPlace[] }
}
