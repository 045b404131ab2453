import { mkdir, open, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ReaderPool, ReadResult } from '@carrel/formats'
import { StorageFull, type BlobStore } from '@carrel/storage'
import type { InRun } from '../scans/in-job.ts'
import type { Outcome } from '../scans/listing/assign.ts'
import { unitHash } from '../scans/listing/units.ts'
import type { ScanWriter } from '../scans/listing/writer.ts'
import type { Progress } from '../scans/progress.ts'
import { fileKey, partKeys } from './keys.ts'
import { countBeside, finishUploads, foldTwins, listReceivedUploads, refuseUpload, type ReceivedUpload } from './queries.ts'

const atOnce = 2
/** Each is read again with every file that comes to their book. */
const besideOneBook = 20
const sidecars: ReadonlySet<string> = new Set(['opf', 'comicinfo', 'image'])

export type TakingWork = {
  inRun: InRun
  writer: ScanWriter
  readers: ReaderPool
  blobs: BlobStore
  progress: Progress
  signal: AbortSignal
  /** Where uploads are put together, on the disk of this machine. */
  staging: string
}
type Library = { organizationId: string; libraryId: string; folderId: string }

/**
 * Makes books of the uploads of a library that are whole, and says of the others why they are none. Each is put together, read by
 * a child and laid into the store; a few at a time then become files of books and done in one transaction. A run that is cut
 * short is done again.
 */
export async function takeUploads(work: TakingWork, library: Library): Promise<void> {
  const { inRun, writer, blobs, progress, signal } = work
  for (;;) {
    signal.throwIfAborted()
    const batch = await inRun((scope) => listReceivedUploads(scope, atOnce), { readOnly: true })
    if (batch.length === 0) return
    progress.counts.found += batch.length
    const readings = await Promise.allSettled(batch.map((upload) => prepare(work, library, upload)))
    const outcomes = readings.map((reading) => {
      if (reading.status === 'rejected') throw reading.reason
      return reading.value
    })
    const books = outcomes.filter((outcome) => outcome.book !== null)
    const refused = outcomes.filter((outcome) => outcome.problem !== null)
    const taken = books.map(({ id, book }) => ({ id, path: book.path }))
    await writer.write(
      books.map(({ book }) => book),
      async (scope) => {
        await finishUploads(scope, taken)
        return foldTwins(scope, taken)
      },
    )
    await inRun(async (scope) => {
      for (const { id, problem } of refused) await refuseUpload(scope, id, problem)
    })
    progress.counts.listed += books.filter(({ book }) => book.role === 'book').length
    progress.counts.problems += refused.length
    for (const upload of batch) for (const key of partKeys(library.organizationId, upload.id, upload.parts)) await blobs.delete(key)
  }
}

type Prepared = { id: string; book: Outcome; problem: null } | { id: string; book: null; problem: { code: string; detail: string } }

async function prepare(work: TakingWork, library: Library, upload: ReceivedUpload): Promise<Prepared> {
  const folder = path.join(work.staging, upload.id)
  try {
    const result = await readUpload(work, upload, partKeys(library.organizationId, upload.id, upload.parts), folder)
    if (!result.ok) return { id: upload.id, book: null, problem: result.problem }
    const role = sidecars.has(result.format) ? 'sidecar' : 'book'
    const unit = upload.unit ?? unitHash(upload.id)
    if (role === 'sidecar' && (await work.inRun((scope) => countBeside(scope, unit), { readOnly: true })) >= besideOneBook)
      return { id: upload.id, book: null, problem: { code: 'not-a-book', detail: 'There are many files beside this book already.' } }
    const below = [upload.id, upload.folder, upload.name].filter((part) => part !== '').join('/')
    await work.blobs.putFile(fileKey(library, below), path.join(folder, upload.name))
    const { folderId } = library
    const book: Outcome = {
      folderId,
      path: below,
      unit,
      role,
      knownId: null,
      knownProblem: false,
      result,
    }
    return { id: upload.id, book, problem: null }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const refusal = (code: string, detail: string) => ({ ok: false as const, problem: { code, detail } })

async function readUpload(
  { blobs, readers, signal }: TakingWork,
  upload: ReceivedUpload,
  parts: readonly string[],
  folder: string,
): Promise<Extract<ReadResult, { ok: true }> | ReturnType<typeof refusal>> {
  try {
    await mkdir(folder, { recursive: true })
    const whole = await putTogether(blobs, parts, path.join(folder, upload.name))
    if (whole !== upload.size) return refusal('vanished', 'What was uploaded is not whole any more. Upload it again.')
  } catch (error) {
    const full = error instanceof StorageFull || ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (!full) throw error
    return refusal('disk-full', 'The disk of the server is full. Upload it again when there is room.')
  }
  const result = await readers.read({ root: await realpath(folder), path: upload.name }, { signal })
  if (!result.ok) return refusal(result.problem.code, result.problem.detail)
  if (upload.unit === null && sidecars.has(result.format))
    return refusal('not-a-book', result.format === 'image' ? 'This is a picture and no book.' : 'This file tells of a book and is none.')
  return result
}

/** How many bytes there were. */
async function putTogether(blobs: BlobStore, parts: readonly string[], file: string): Promise<number> {
  const handle = await open(file, 'w')
  let size = 0
  try {
    for (const key of parts) {
      const stream = await blobs.read(key)
      if (!stream) return size
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten
        size += chunk.length
      }
    }
    return size
  } finally {
    await handle.close()
  }
}
