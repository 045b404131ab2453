import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buildEpub } from '@carrel/formats/testing'
import { makeCover, makeGrain } from './cover.ts'
import { integer, pick, randomFrom } from './random.ts'
import * as words from './words.ts'

/** To be raised whenever the same number gives other files. */
const version = 1
const pictures = 12
const booksOfFolder = 100

/** A folder of `count` small EPUBs that share a few covers: for what depends on the number of files alone. Made once and kept in `cache`. */
export async function prepareMany(cache: string, count: number): Promise<string> {
  const folder = path.join(cache, `many-v${version}-${count}`)
  if (existsSync(folder)) return folder
  const making = `${folder}.new`
  rmSync(making, { recursive: true, force: true })
  const grain = makeGrain(7)
  const covers = await Promise.all(Array.from({ length: pictures }, (_, index) => makeCover(index, 7, grain)))
  for (let index = 0; index < count; index += 1) {
    const random = randomFrom(index + 1)
    const shelf = path.join(making, String(Math.floor(index / booksOfFolder)).padStart(4, '0'))
    if (index % booksOfFolder === 0) mkdirSync(shelf, { recursive: true })
    const book = buildEpub({
      title: `${pick(random, words.adjectives)} ${pick(random, words.nouns)} ${index}`,
      creators: [`${pick(random, words.given)} ${pick(random, words.family)}`],
      identifier: `urn:carrel:many:${index}`,
      subjects: [pick(random, words.subjects)],
      series: { name: `The ${pick(random, words.nouns)} Chronicles`, position: String(1 + integer(random, 40)) },
      cover: pick(random, covers),
    })
    writeFileSync(path.join(shelf, `${index}.epub`), book)
  }
  renameSync(making, folder)
  return folder
}
