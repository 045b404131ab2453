import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buildPdf, buildZip } from '@carrel/formats/testing'
import { makeCover, makeGrain } from './cover.ts'
import { integer, pick, randomFrom } from './random.ts'
import * as words from './words.ts'

/** To be raised whenever the same number and seed give other files. */
const version = 1
const pagesOfComic = 20
const pictures = 12

export type Others = { folder: string; files: string[] }

/** Comics of 20 pages with ComicInfo, and PDFs of up to 300 pages. The same for the same counts; made once and kept in `cache`. */
export async function prepareOthers(cache: string, { comics, pdfs }: { comics: number; pdfs: number }): Promise<Others> {
  const folder = path.join(cache, `others-v${version}-${comics}-${pdfs}`)
  if (!existsSync(folder)) {
    const making = `${folder}.new`
    rmSync(making, { recursive: true, force: true })
    for (const name of ['comics', 'papers']) mkdirSync(path.join(making, name), { recursive: true })
    const grain = makeGrain(7)
    const pages = await Promise.all(Array.from({ length: pictures }, (_, index) => makeCover(index, 7, grain)))
    for (let index = 0; index < comics; index += 1) {
      const random = randomFrom(index + 1)
      const series = `${pick(random, words.adjectives)} ${pick(random, words.nouns)}`
      const info = `<?xml version="1.0"?><ComicInfo><Title>Issue ${index}</Title><Series>${series}</Series><Number>${index % 40}</Number><Writer>${pick(random, words.given)} ${pick(random, words.family)}</Writer><LanguageISO>en</LanguageISO></ComicInfo>`
      const entries = Array.from({ length: pagesOfComic }, (_, page) => ({
        name: `p${page}.jpg`,
        data: pages[integer(random, pictures)] ?? Buffer.alloc(0),
        stored: true,
      }))
      writeFileSync(
        path.join(making, 'comics', `${series} ${String(index).padStart(4, '0')}.cbz`),
        buildZip([...entries, { name: 'ComicInfo.xml', data: info }]),
      )
    }
    for (let index = 0; index < pdfs; index += 1) {
      const random = randomFrom(index + 90_001)
      const info = {
        Title: `${pick(random, words.nouns)} of ${pick(random, words.places)} ${index}`,
        Author: `${pick(random, words.given)} ${pick(random, words.family)}`,
      }
      writeFileSync(path.join(making, 'papers', `${index}.pdf`), buildPdf({ pages: 1 + integer(random, 300), info }))
    }
    renameSync(making, folder)
  }
  const files = readdirSync(folder).flatMap((inner) => readdirSync(path.join(folder, inner)).map((name) => path.join(inner, name)))
  return { folder, files }
}
