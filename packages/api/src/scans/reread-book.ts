import type { Outcome } from './listing/assign.ts'
import type { ListingWork } from './listing/list-folder.ts'
import { forgetCover, listFilesOfBook } from './listing/queries.ts'

/** Reads the files of one book, and those beside it, whether they changed or not. */
export async function rereadBook(
  { inRun, writer, readers, progress, signal }: ListingWork,
  bookId: string,
  roots: ReadonlyMap<string, string>,
): Promise<void> {
  const files = await inRun(async (scope) => {
    await forgetCover(scope, bookId)
    return listFilesOfBook(scope, bookId)
  })
  progress.counts.found = files.length
  const outcomes = await Promise.all(
    files.map(async (file): Promise<Outcome | null> => {
      const root = roots.get(file.folderId)
      if (root === undefined) return null
      const result = await readers.read({ root, path: file.path }, { signal, priority: true })
      const { folderId, path, unit, role, id, problem } = file
      return { folderId, path, unit, role, knownId: id, knownProblem: problem !== null, result }
    }),
  )
  const read = outcomes.filter((outcome) => outcome !== null)
  await writer.write(read)
  for (const { result } of read) progress.counts[result.ok ? 'listed' : 'problems'] += 1
}
