import { openArchive, type Archive } from '../archive/zip.ts'
import { findEpubCover } from '../epub/read.ts'
import { limits } from '../limits.ts'
import { BookFileError, toProblem } from '../problems.ts'
import { descriptorSource, withBookFile } from '../source.ts'
import type { BookFile, CoverResult } from '../types.ts'
import { renderCover } from './render.ts'

/** `entry`: the cover's name as a listing gave it; `null` when there is none; `undefined` to find it. */
export type CoverRequest = { entry?: string | null; widths: readonly number[] }

function coverBytes(archive: Archive, entry: string | undefined): Buffer | null {
  const name = entry ?? findEpubCover(archive)
  if (name === null) return null
  const found = archive.find(name)
  if (!found) throw new BookFileError('vanished', 'The cover is no longer in the book.')
  return archive.read(found, limits.coverBytes).bytes
}

/** Draws the cover of one book in this process; only its own bytes are read. Never rejects. */
export async function drawCover(file: BookFile, { entry, widths }: CoverRequest): Promise<CoverResult> {
  if (entry === null) return { ok: true, cover: null }
  try {
    const bytes = await withBookFile(file, async (descriptor, { size }) => {
      if (size === 0) throw new BookFileError('empty', 'The file is empty.')
      return coverBytes(await openArchive(descriptorSource(descriptor, size)), entry)
    })
    return { ok: true, cover: bytes && (await renderCover(bytes, widths)) }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}
