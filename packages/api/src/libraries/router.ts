import { ORPCError } from '@orpc/server'
import { hasPermission } from '@carrel/auth'
import * as z from 'zod'
import { record } from '../audit/queries.ts'
import { announce, announceChanged } from '../events/queries.ts'
import { notFound } from '../errors.ts'
import { isInside, isMissingInside, resolveInside } from '../folders/policy.ts'
import { findUsableRoots, isReadableFolder } from '../folders/roots.ts'
import { allowed, allowedOutside, inLibrary, requireWithin } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { findLibraryOfBook } from '../metadata/queries.ts'
import { cancelScan, findLatestScan, findScan, findScanToJoin, insertScan } from '../scans/queries.ts'
import { Scan, StartScan } from '../scans/schema.ts'
import { Id } from '../shapes.ts'
import { toNoticing, toUpkeep } from '../watching/noticing.ts'
import { findUpkeep, updateUpkeep } from '../watching/queries.ts'
import { nextDue } from '../watching/schedule.ts'
import {
  deleteLibrary,
  findLibrary,
  findLibrarySettings,
  insertLibrary,
  listLibraries,
  listLibraryFolders,
  updateLibrary,
} from './queries.ts'
import { CreateLibrary, Library, LibraryDetail, UpdateLibrary } from './schema.ts'

const LibraryId = z.object({ libraryId: Id })

async function getLibrary(scope: OrganizationScope, libraryId: string): Promise<Library> {
  const library = await findLibrary(scope, libraryId)
  if (!library) throw notFound('library')
  return library
}

export const libraries = {
  list: allowed('book:read')
    .route({ method: 'GET', path: '/libraries', tags: ['libraries'], summary: 'Libraries that you see' })
    .output(z.array(Library))
    .handler(({ context: { scope } }) => listLibraries(scope)),

  get: allowedOutside('book:read')
    .route({ method: 'GET', path: '/libraries/{libraryId}', tags: ['libraries'], summary: 'A library with its folders and newest scan' })
    .input(LibraryId)
    .output(LibraryDetail)
    .handler(async ({ context: { transaction, deps }, input }) => {
      const { library, scan, folders, upkeep, precedence } = await transaction(async (scope) => {
        const library = await getLibrary(scope, input.libraryId)
        const mayManage = hasPermission(scope.permissions, 'library:update')
        const [scan, { precedence }, folders, upkeep] = await Promise.all([
          findLatestScan(scope, library.id),
          findLibrarySettings({ ...scope, libraryId: library.id }),
          mayManage && library.kind === 'folders' ? listLibraryFolders(scope, library.id) : [],
          mayManage ? findUpkeep(scope, library.id) : undefined,
        ])
        return { library, scan, folders, upkeep, precedence }
      })
      const roots = folders.length > 0 ? await findUsableRoots(transaction, deps.roots) : []
      return {
        ...library,
        precedence,
        scan: scan ?? null,
        upkeep: upkeep ? toUpkeep(upkeep) : null,
        folders: await Promise.all(
          folders.map(async (folder) => {
            const real = await resolveInside(roots, folder.path)
            const kept = upkeep?.folders.find(({ id }) => id === folder.id)
            const noticing = kept ? toNoticing(kept, deps.settings.pollMinutes) : null
            return { ...folder, noticing, available: real !== null && (await isReadableFolder(real)) }
          }),
        ),
      }
    }),

  create: allowedOutside('library:create')
    .route({
      method: 'POST',
      path: '/libraries',
      tags: ['libraries'],
      summary: 'Make a library of folders and scan it, or one that people upload books into',
    })
    .errors({
      NAME_TAKEN: { status: 409 },
      FOLDER_NOT_ALLOWED: { status: 403 },
      FOLDER_UNREADABLE: { status: 422 },
      FOLDER_OVERLAPS: { status: 422 },
    })
    .input(CreateLibrary)
    .output(Library)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const { name, visibility, kind } = input
      const roots = kind === 'managed' ? [] : await findUsableRoots(transaction, deps.roots)
      const folders: string[] = []
      for (const wished of input.folders) {
        const real = await resolveInside(roots, wished)
        if (!real && (await isMissingInside(roots, wished)))
          throw errors.FOLDER_UNREADABLE({ message: 'This folder is not there any more.' })
        if (!real) throw errors.FOLDER_NOT_ALLOWED({ message: 'This folder is not open to this workspace.' })
        if (!(await isReadableFolder(real))) throw errors.FOLDER_UNREADABLE({ message: 'Carrel may not read this folder.' })
        if (folders.some((other) => isInside(other, real) || isInside(real, other)))
          throw errors.FOLDER_OVERLAPS({ message: 'One of these folders lies inside another.' })
        folders.push(real)
      }
      const id = await transaction(async (scope) => {
        const made = await insertLibrary(scope, { name, visibility, kind, folders })
        if (!made) throw errors.NAME_TAKEN({ message: 'This workspace has a library of that name.' })
        await record(scope, { kind: 'library', change: 'created', target: { id: made, name }, after: { name, visibility } })
        if (kind === 'folders') {
          await insertScan(scope, made)
          await deps.jobs.enqueueScan(scope, made)
        }
        await announceChanged(scope, 'libraries')
        return made
      })
      return { id, name, kind, visibility, bookCount: 0, problemCount: 0, scanning: kind === 'folders', lastScannedAt: null }
    }),

  update: inLibrary('library:update')
    .route({
      method: 'PATCH',
      path: '/libraries/{libraryId}',
      tags: ['libraries'],
      summary: 'Rename a library, open it to fewer or more people, or change how it is kept up to date',
    })
    .errors({ NAME_TAKEN: { status: 409 }, SCHEDULE_INVALID: { status: 422 } })
    .input(UpdateLibrary)
    .output(Library)
    .handler(async ({ context: { scope, deps, level, held }, input, errors }) => {
      const library = await getLibrary(scope, input.libraryId)
      if (input.visibility === 'organization' && library.visibility !== 'organization') requireWithin(held, ['library:share'])
      const hides = input.visibility === 'restricted' && library.visibility !== 'restricted'
      if (hides && level === null && !hasPermission(scope.permissions, 'library:read-restricted'))
        throw new ORPCError('FORBIDDEN', { message: 'You may not put a library out of your own sight.' })
      const { precedence } = await findLibrarySettings({ ...scope, libraryId: library.id })
      const other = input.precedence !== undefined && input.precedence.join() !== precedence.join()
      const values = {
        ...(input.name !== undefined && { name: input.name }),
        ...(input.visibility && { visibility: input.visibility }),
        ...(input.precedence && { precedence: input.precedence }),
      }
      if (!(await updateLibrary(scope, input.libraryId, values)))
        throw errors.NAME_TAKEN({ message: 'This workspace has a library of that name.' })
      if (other) {
        const request = { describe: true }
        if (!(await findScanToJoin(scope, library.id, request))) await insertScan(scope, library.id, request)
        await deps.jobs.enqueueScan(scope, library.id)
      }
      const { watch, schedule } = input
      if (schedule && !nextDue(schedule)) throw errors.SCHEDULE_INVALID({ message: 'No time fits this schedule.' })
      const upkeep = { ...(watch !== undefined && { watch }), ...(schedule !== undefined && { schedule }) }
      const kept = Object.keys(upkeep).length > 0 ? await findUpkeep(scope, library.id) : undefined
      if (kept) await updateUpkeep(scope, library.id, upkeep)
      const { id, name } = library
      const after = { name: input.name ?? name, visibility: input.visibility ?? library.visibility }
      await record(scope, {
        kind: 'library',
        change: 'updated',
        target: { id, name: after.name },
        before: { name, visibility: library.visibility, ...(kept && { watch: kept.watch, schedule: kept.schedule }) },
        after: { ...after, ...(kept && { watch: kept.watch, schedule: kept.schedule, ...upkeep }) },
      })
      await announceChanged(scope, 'libraries')
      return getLibrary(scope, input.libraryId)
    }),

  delete: allowed('library:delete')
    .route({
      method: 'DELETE',
      path: '/libraries/{libraryId}',
      tags: ['libraries'],
      summary: 'Remove a library and its books; the files stay',
    })
    .input(LibraryId)
    .handler(async ({ context: { scope }, input }) => {
      const { id, name, visibility } = await getLibrary(scope, input.libraryId)
      await deleteLibrary(scope, id)
      await record(scope, { kind: 'library', change: 'deleted', target: { id, name }, before: { name, visibility } })
      await announceChanged(scope, 'libraries')
      return {}
    }),

  scan: inLibrary('library:scan')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/scan',
      tags: ['libraries'],
      summary: 'Look for new and changed books, in all of a library or a part; joins a scan that does so already',
    })
    .errors({ PART_UNKNOWN: { status: 404 } })
    .input(StartScan)
    .output(Scan)
    .handler(async ({ context: { scope, deps }, input, errors }) => {
      const library = await getLibrary(scope, input.libraryId)
      const { folderId, bookId } = input
      if (folderId !== undefined && !(await listLibraryFolders(scope, library.id)).some(({ id }) => id === folderId))
        throw errors.PART_UNKNOWN({ message: 'This library has no such folder.' })
      if (bookId !== undefined && (await findLibraryOfBook(scope, bookId)) !== library.id)
        throw errors.PART_UNKNOWN({ message: 'This library has no such book.' })
      const scanId = (await findScanToJoin(scope, library.id, input)) ?? (await insertScan(scope, library.id, input))
      // Also for a run that is joined, in case its job was lost; a job that finds no run waiting does nothing.
      await deps.jobs.enqueueScan(scope, library.id)
      await announce(scope, { type: 'scan', organizationId: scope.organizationId, libraryId: library.id, scanId })
      const scan = await findScan(scope, scanId)
      if (!scan) throw notFound('scan')
      return scan
    }),

  cancelScan: inLibrary('library:scan')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/scans/{scanId}/cancel',
      tags: ['libraries'],
      summary: 'End a scan; what it listed stays',
    })
    .input(z.object({ libraryId: Id, scanId: Id }))
    .output(Scan)
    .handler(async ({ context: { scope }, input }) => {
      const scan = await findScan(scope, input.scanId)
      if (!scan || scan.libraryId !== input.libraryId) throw notFound('scan')
      await cancelScan(scope, scan.id)
      await announce(scope, { type: 'scan', organizationId: scope.organizationId, libraryId: scan.libraryId, scanId: scan.id })
      return (await findScan(scope, scan.id)) ?? scan
    }),
}
