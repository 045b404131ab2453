import path from 'node:path'
import * as z from 'zod'
import { badCursor, notFound } from '../errors.ts'
import { announce, announceChanged } from '../events/queries.ts'
import { inLibrary } from '../procedures.ts'
import { findFilePlace, findScanToJoin, ignoreProblem, insertScan, listProblems, listScans, retryProblems } from './queries.ts'
import { IgnoreProblem, ListProblems, ListScans, ProblemPage, RetryProblems, ScanPage } from './schema.ts'

export const scans = {
  list: inLibrary('library:scan')
    .route({ method: 'GET', path: '/libraries/{libraryId}/scans', tags: ['scans'], summary: 'Runs over a library, newest first' })
    .input(ListScans)
    .output(ScanPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listScans(scope, input)
      if (!page) throw badCursor()
      return page
    }),

  problems: inLibrary('library:scan')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/problems',
      tags: ['scans'],
      summary: 'Files that could not become books, with the reason',
    })
    .input(ListProblems)
    .output(ProblemPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listProblems(scope, input)
      if (!page) throw badCursor()
      return page
    }),

  ignoreProblem: inLibrary('library:scan', { alone: true })
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/problems/{fileId}/ignore',
      tags: ['scans'],
      summary: 'Put a problem aside, or take it up again',
    })
    .input(IgnoreProblem)
    .handler(async ({ context: { scope }, input }) => {
      if (!(await ignoreProblem(scope, input.libraryId, input.fileId, input.ignored))) throw notFound('problem')
      await announceChanged(scope, 'libraries')
      return {}
    }),

  retryProblems: inLibrary('library:scan', { alone: true })
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/problems/retry',
      tags: ['scans'],
      summary: 'Read a problem file again, or all that nobody put aside',
    })
    .input(RetryProblems)
    .output(z.object({ files: z.number().int() }))
    .handler(async ({ context: { scope, deps }, input }) => {
      const { libraryId, fileId } = input
      const files = await retryProblems(scope, libraryId, fileId ?? null)
      if (fileId !== undefined && files === 0) throw notFound('problem')
      if (files === 0) return { files }
      const place = fileId === undefined ? undefined : await findFilePlace(scope, fileId)
      const folder = place && path.posix.dirname(place.path)
      const part = place && { folderId: place.folderId, ...(folder !== '.' && { path: folder }) }
      const request = { ...part, anew: true }
      const scanId = (await findScanToJoin(scope, libraryId, request)) ?? (await insertScan(scope, libraryId, request))
      await deps.jobs.enqueueScan(scope, libraryId)
      await announce(scope, { type: 'scan', organizationId: scope.organizationId, libraryId, scanId })
      return { files }
    }),
}
