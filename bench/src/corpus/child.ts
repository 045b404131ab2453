import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { makeBook, makeChapters } from './book.ts'
import { makeCover, makeGrain } from './cover.ts'
import type { BookPlace, CorpusTask } from './corpus.ts'

/** Writes the books whose number leaves `part` when divided by `parts`. */
process.once('message', async ({ folder, count, seed, part, parts }: CorpusTask) => {
  sharp.concurrency(1)
  const chapters = makeChapters(seed)
  const grain = makeGrain(seed)
  const places: BookPlace[] = []
  const write = async (index: number) => {
    const cover = await makeCover(index, seed, grain)
    const { path: name, bytes, coverStart } = makeBook(index, seed, chapters, cover)
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, bytes)
    places.push({ path: name, coverStart, coverLength: cover.length })
  }
  for (let index = part; index < count; index += parts * 2) {
    await Promise.all([write(index), ...(index + parts < count ? [write(index + parts)] : [])])
  }
  process.send?.(places, () => process.disconnect())
})
