import { openBook } from '../open.ts'
import { toProblem } from '../problems.ts'
import { descriptorSource, withBookFile } from '../source.ts'
import type { BookFile, CoverResult } from '../types.ts'
import { renderCover } from './render.ts'

export type CoverRequest = { widths: readonly number[] }

/** Draws the cover of one book, or of one image file, in this process; only what it needs is read. Never rejects. */
export async function drawCover(file: BookFile, { widths }: CoverRequest, onProgress: () => void = () => {}): Promise<CoverResult> {
  try {
    const picture = await withBookFile(file, async (descriptor, { size }) => {
      const book = await openBook(descriptorSource(descriptor, size), { path: file.path, onProgress })
      return book.readCover()
    })
    return { ok: true, cover: picture && (await renderCover(picture, widths)) }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}
