import { openArchive } from './archive/zip.ts'
import { readEpub } from './epub/read.ts'
import { BookFileError, toProblem } from './problems.ts'
import { loadAndHash, withBookFile } from './source.ts'
import type { BookFile, ReadResult } from './types.ts'

/**
 * Reads one book file in this process. Hostile files belong into a reader pool.
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
      const size = (seen.size = stats.size)
      const modifiedAt = (seen.modifiedAt = Math.trunc(stats.mtimeMs))
      const { source, sha256 } = loadAndHash(descriptor, stats, onProgress)
      seen.sha256 = sha256
      if (size === 0) throw new BookFileError('empty', 'The file is empty.')
      const { metadata, cover, warnings } = readEpub(await openArchive(source))
      return { ok: true, size, modifiedAt, sha256, format: 'epub', metadata, cover, warnings }
    })
  } catch (error) {
    return { ok: false, ...seen, problem: toProblem(error) }
  }
}
