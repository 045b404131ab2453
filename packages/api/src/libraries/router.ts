import path from 'node:path'
import { ORPCError } from '@orpc/server'
import { hasPermission } from '@carrel/auth'
import * as z from 'zod'
import { record } from '../audit/queries.ts'
import { announce, announceChanged } from '../events/queries.ts'
import { notFound } from '../errors.ts'
import { isInside, resolveInside } from '../folders/policy.ts'
import { findUsableRoots, isReadableFolder } from '../folders/roots.ts'
import { findRightsInLibrary } from '../grants/queries.ts'
import type { Jobs } from '../jobs/queries.ts'
import { limits } from '../limits.ts'
import { allowed, allowedOutside, inLibrary, requireWithin } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { findLibraryOfBook } from '../metadata/queries.ts'
import { cancelScan, cancelScans, findLatestScan, findScan, findScanToJoin, insertScan } from '../scans/queries.ts'
import { Scan, StartScan } from '../scans/schema.ts'
import { Id } from '../shapes.ts'
import { toNoticing, toUpkeep } from '../watching/noticing.ts'
import { findUpkeep, updateUpkeep } from '../watching/queries.ts'
import { isTooOften, nextDue } from '../watching/schedule.ts'
import { folderErrors, isAnyThere, resolveNewFolder } from './new-folder.ts'
import {
  deleteFolder,
  deleteLibrary,
  findLibraryCare,
  findLibrarySettings,
  getLibrary,
  holdLibrary,
  insertFolder,
  insertLibrary,
  listLibraries,
  listLibraryFolders,
  moveFolder,
  sampleFiles,
  updateLibrary,
} from './queries.ts'
import { AddFolder, CreateLibrary, Library, LibraryDetail, MoveFolder, RemoveFolder, UpdateLibrary } from './schema.ts'

/** Files of a folder that are looked for where it is said to be now. */
const filesLookedFor = 200
const LibraryId = z.object({ libraryId: Id })

/** A library whose folders the actor may change: they may also manage and scan it. */
async function getManaged(scope: OrganizationScope, libraryId: string) {
  const rights = await findRightsInLibrary(scope, libraryId)
  if (!rights) throw notFound('library')
  requireWithin(rights.held, ['library:update', 'library:scan'])
  const library = await getLibrary(scope, libraryId)
  // Its one folder stands for its place in the store: without it, the tidy would remove the files.
  if (library.kind === 'managed') throw new ORPCError('CONFLICT', { message: 'Books are uploaded into this library; it has no folders.' })
  return { library, folders: await listLibraryFolders(scope, libraryId) }
}

/** Runs end, since they go by folders that are others from here on. */
async function lockManaged(scope: OrganizationScope, libraryId: string) {
  await getManaged(scope, libraryId)
  await holdLibrary(scope, libraryId, { alone: true })
  const managed = await getManaged(scope, libraryId)
  await cancelScans(scope, libraryId)
  return managed
}

const overlaps = (one: string, other: string): boolean => isInside(one, other) || isInside(other, one)

async function scanAnew(scope: OrganizationScope, jobs: Jobs, libraryId: string): Promise<void> {
  await insertScan(scope, libraryId)
  await jobs.enqueueScan(scope, libraryId)
  await announceChanged(scope, 'libraries')
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
      const { library, scan, folders, held, keepMissingNights, managed, upkeep, precedence } = await transaction(async (scope) => {
        const library = await getLibrary(scope, input.libraryId)
        const managed = hasPermission(scope.permissions, 'library:update')
        const care = await findLibraryCare(scope, library.id)
        if (!care) throw notFound('library')
        const [scan, { precedence }, folders, upkeep] = await Promise.all([
          findLatestScan(scope, library.id, care.scans),
          findLibrarySettings({ ...scope, libraryId: library.id }),
          (managed || care.scans) && library.kind === 'folders' ? listLibraryFolders(scope, library.id) : [],
          managed && library.kind === 'folders' ? findUpkeep(scope, library.id) : undefined,
        ])
        return { library, scan, folders, managed, held: care.held, keepMissingNights: care.keepMissingNights, upkeep, precedence }
      })
      const roots = folders.length > 0 ? await findUsableRoots(transaction, deps.roots) : []
      return {
        ...library,
        precedence,
        held,
        keepMissingNights,
        scan: scan ?? null,
        upkeep: upkeep ? toUpkeep(upkeep) : null,
        folders: await Promise.all(
          folders.map(async (folder) => {
            const real = await resolveInside(roots, folder.path)
            const kept = upkeep?.folders.find(({ id }) => id === folder.id)
            return {
              id: folder.id,
              path: managed ? folder.path : path.basename(folder.path),
              noticing: kept ? toNoticing(kept, deps.settings.pollMinutes) : null,
              available: real !== null && (await isReadableFolder(real)),
              trouble: folder.trouble,
              troubleSince: folder.troubleSince?.toISOString() ?? null,
            }
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
      ...folderErrors,
    })
    .input(CreateLibrary)
    .output(Library)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const { name, visibility, kind } = input
      const roots = kind === 'managed' ? [] : await findUsableRoots(transaction, deps.roots)
      const folders: string[] = []
      for (const wished of input.folders) {
        const real = await resolveNewFolder(roots, wished, folders)
        if (typeof real !== 'string') throw errors[real[0]]({ message: real[1] })
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
      return {
        id,
        name,
        kind,
        visibility,
        bookCount: 0,
        problemCount: 0,
        missingCount: 0,
        scanning: kind === 'folders',
        lastScannedAt: null,
      }
    }),

  update: inLibrary('library:update')
    .route({
      method: 'PATCH',
      path: '/libraries/{libraryId}',
      tags: ['libraries'],
      summary: 'Rename a library, open it to fewer or more people, or change how it is kept up to date',
    })
    .errors({ NAME_TAKEN: { status: 409 }, SCHEDULE_INVALID: { status: 422 }, SCHEDULE_TOO_OFTEN: { status: 422 } })
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
      const { keepMissingNights } = input
      const values = {
        ...(input.name !== undefined && { name: input.name }),
        ...(input.visibility && { visibility: input.visibility }),
        ...(input.precedence && { precedence: input.precedence }),
        ...(keepMissingNights !== undefined && { keepMissingNights }),
      }
      const keptBefore = keepMissingNights === undefined ? undefined : (await findLibraryCare(scope, library.id))?.keepMissingNights
      if (!(await updateLibrary(scope, input.libraryId, values)))
        throw errors.NAME_TAKEN({ message: 'This workspace has a library of that name.' })
      if (other) {
        const request = { describe: true }
        if (!(await findScanToJoin(scope, library.id, request))) await insertScan(scope, library.id, request)
        await deps.jobs.enqueueScan(scope, library.id)
      }
      const { watch, schedule } = input
      if (schedule && !nextDue(schedule)) throw errors.SCHEDULE_INVALID({ message: 'No time fits this schedule.' })
      if (schedule && isTooOften(schedule)) throw errors.SCHEDULE_TOO_OFTEN({ message: 'A library is scanned every 15 minutes at most.' })
      const upkeep = { ...(watch !== undefined && { watch }), ...(schedule !== undefined && { schedule }) }
      const kept = Object.keys(upkeep).length > 0 ? await findUpkeep(scope, library.id) : undefined
      if (kept) await updateUpkeep(scope, library.id, upkeep)
      const { id, name } = library
      const after = {
        name: input.name ?? name,
        visibility: input.visibility ?? library.visibility,
        ...(keepMissingNights !== undefined && { keepMissingNights }),
      }
      await record(scope, {
        kind: 'library',
        change: 'updated',
        target: { id, name: after.name },
        before: {
          name,
          visibility: library.visibility,
          ...(keptBefore !== undefined && { keepMissingNights: keptBefore }),
          ...(kept && { watch: kept.watch, schedule: kept.schedule }),
        },
        after: { ...after, ...(kept && { watch: kept.watch, schedule: kept.schedule, ...upkeep }) },
      })
      await announceChanged(scope, 'libraries')
      return getLibrary(scope, input.libraryId)
    }),

  addFolder: allowedOutside('library:create')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/folders',
      tags: ['libraries'],
      summary: 'Add a folder to a library and scan it',
    })
    .errors({ ...folderErrors, TOO_MANY: { status: 409 } })
    .input(AddFolder)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const { folders } = await transaction((scope) => getManaged(scope, input.libraryId))
      const roots = await findUsableRoots(transaction, deps.roots)
      const real = await resolveNewFolder(
        roots,
        input.path,
        folders.map((folder) => folder.path),
      )
      if (typeof real !== 'string') throw errors[real[0]]({ message: real[1] })
      await transaction(async (scope) => {
        const now = await lockManaged(scope, input.libraryId)
        if (now.folders.some(({ path: other }) => overlaps(other, real)))
          throw errors.FOLDER_OVERLAPS({ message: 'One of these folders lies inside another.' })
        if (now.folders.length >= limits.libraryFolders)
          throw errors.TOO_MANY({ message: `A library has ${limits.libraryFolders} folders at most.` })
        await insertFolder(scope, input.libraryId, real)
        await record(scope, { kind: 'library-folder', change: 'created', target: now.library, after: { path: real } })
        await scanAnew(scope, deps.jobs, input.libraryId)
      })
      return {}
    }),

  moveFolder: allowedOutside('library:create')
    .route({
      method: 'PATCH',
      path: '/libraries/{libraryId}/folders/{folderId}',
      tags: ['libraries'],
      summary: 'Say where the files of a folder are now; everything known of them stays',
    })
    .errors({ ...folderErrors, PART_UNKNOWN: { status: 404 }, NOTHING_OF_IT_THERE: { status: 409 } })
    .input(MoveFolder)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const unknown = () => errors.PART_UNKNOWN({ message: 'This library has no such folder.' })
      const othersOf = (folders: readonly { id: string; path: string }[]) => {
        if (!folders.some(({ id }) => id === input.folderId)) throw unknown()
        return folders.filter(({ id }) => id !== input.folderId).map((folder) => folder.path)
      }
      const others = othersOf((await transaction((scope) => getManaged(scope, input.libraryId))).folders)
      const real = await resolveNewFolder(await findUsableRoots(transaction, deps.roots), input.path, others)
      if (typeof real !== 'string') throw errors[real[0]]({ message: real[1] })
      const known = input.anyway ? [] : await transaction((scope) => sampleFiles(scope, input.folderId, filesLookedFor))
      if (known.length > 0 && !(await isAnyThere(real, known)))
        throw errors.NOTHING_OF_IT_THERE({ message: 'None of the files that this folder had was found there.' })
      await transaction(async (scope) => {
        const { library, folders } = await lockManaged(scope, input.libraryId)
        if (othersOf(folders).some((other) => overlaps(other, real)))
          throw errors.FOLDER_OVERLAPS({ message: 'One of these folders lies inside another.' })
        const before = folders.find(({ id }) => id === input.folderId)?.path ?? ''
        await moveFolder(scope, input.folderId, real)
        await record(scope, { kind: 'library-folder', change: 'updated', target: library, before: { path: before }, after: { path: real } })
        await scanAnew(scope, deps.jobs, input.libraryId)
      })
      return {}
    }),

  removeFolder: allowedOutside('library:create')
    .route({
      method: 'DELETE',
      path: '/libraries/{libraryId}/folders/{folderId}',
      tags: ['libraries'],
      summary: 'Take a folder from a library; its books are missing from then on, and known again when it comes back',
    })
    .errors({ PART_UNKNOWN: { status: 404 }, LAST_FOLDER: { status: 409 } })
    .input(RemoveFolder)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      await transaction(async (scope) => {
        const { library, folders } = await lockManaged(scope, input.libraryId)
        const folder = folders.find(({ id }) => id === input.folderId)
        if (!folder) throw errors.PART_UNKNOWN({ message: 'This library has no such folder.' })
        if (folders.length === 1)
          throw errors.LAST_FOLDER({ message: 'A library keeps one folder. Add another first, or delete the library.' })
        await deleteFolder(scope, folder.id)
        await record(scope, { kind: 'library-folder', change: 'deleted', target: library, before: { path: folder.path } })
        await scanAnew(scope, deps.jobs, input.libraryId)
        await announceChanged(scope, 'books')
      })
      return {}
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
      if (!(await holdLibrary(scope, id, { alone: true }))) throw notFound('library')
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
