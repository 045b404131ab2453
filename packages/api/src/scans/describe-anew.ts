import type { ListingWork } from './listing/list-folder.ts'
import { listBooksToDescribe } from './listing/queries.ts'

const page = 250

/**
 * Describes one book or all of a library anew, from what is known of their files. Goes on where an earlier try of this run, which
 * began at `since`, ended.
 */
export async function describeAnew(
  { inRun, writer, progress, signal }: ListingWork,
  { bookId, since }: { bookId: string | null; since: Date },
): Promise<void> {
  if (bookId !== null) return writer.describe([bookId])
  let after: string | null = null
  for (;;) {
    signal.throwIfAborted()
    const from: string | null = after
    const ids: string[] = await inRun((scope) => listBooksToDescribe(scope, { since, after: from, limit: page }), { readOnly: true })
    if (ids.length === 0) return
    await writer.describe(ids)
    progress.counts.found += ids.length
    progress.counts.listed += ids.length
    after = ids.at(-1) ?? null
  }
}
