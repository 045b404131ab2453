import { fileState } from './file-state.ts'
import { openBook } from './open.ts'
import { toProblem } from './problems.ts'
import { descriptorSource, koreaderMd5, loadAndHash, withBookFile } from './source.ts'
import type { BookFile, ContentsResult, PartResult, ReadResult } from './types.ts'

/**
 * Reads one book file or sidecar in this process. Hostile files belong into a reader pool.
 * Never rejects: a file that cannot be read is a problem. Not to be called twice
 * at a time, since files share one buffer.
 */
export async function readBook(file: BookFile, onProgress: () => void = () => {}): Promise<ReadResult> {
  const seen: { size: number | null; modifiedAt: number | null; sha256: string | null } = {
    size: null,
    modifiedAt: null,
    sha256: null,
  }
  try {
    return await withBookFile(file, async (descriptor, stats) => {
      const { size, modifiedMs: modifiedAt } = fileState(stats)
      Object.assign(seen, { size, modifiedAt })
      const { source, sha256 } = loadAndHash(descriptor, stats, onProgress)
      seen.sha256 = sha256
      const { format, metadata, hasCover, warnings } = await openBook(source, { path: file.path, onProgress })
      return { ok: true, size, modifiedAt, sha256, koreaderMd5: koreaderMd5(source), format, metadata, hasCover, warnings }
    })
  } catch (error) {
    return { ok: false, ...seen, problem: toProblem(error) }
  }
}

/** The table of contents and the parts of a book. Never rejects. */
export async function readContents(file: BookFile, onProgress: () => void = () => {}): Promise<ContentsResult> {
  try {
    const contents = await withBookFile(file, async (descriptor, { size }) => {
      const book = await openBook(descriptorSource(descriptor, size), { path: file.path, onProgress })
      return book.readContents()
    })
    return { ok: true, contents }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}

export type PartRequest = { name: string; maxBytes: number }

/** One part of a book, by the name that its contents give it. Never rejects. */
export async function readPart(file: BookFile, { name, maxBytes }: PartRequest, onProgress: () => void = () => {}): Promise<PartResult> {
  try {
    const part = await withBookFile(file, async (descriptor, { size }) => {
      const book = await openBook(descriptorSource(descriptor, size), { path: file.path, onProgress })
      return book.readPart(name, maxBytes)
    })
    return { ok: true, ...part }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}
