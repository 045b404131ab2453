import { opendir, stat } from 'node:fs/promises'
import { ORPCError } from '@orpc/server'
import { hasPermission } from '@carrel/auth'
import * as z from 'zod'
import { announce } from '../events/queries.ts'
import { isInside, resolveInside } from '../folders/policy.ts'
import { findUsableRoots } from '../folders/router.ts'
import { allowed } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { findLatestScan, findScan, insertScan } from '../scans/queries.ts'
import { Scan } from '../scans/schema.ts'
import { Id } from '../shapes.ts'
import { deleteLibrary, findLibrary, insertLibrary, listLibraries, listLibraryFolders, updateLibrary } from './queries.ts'
import { CreateLibrary, Library, LibraryDetail, UpdateLibrary } from './schema.ts'

const LibraryId = z.object({ libraryId: Id })
const notFound = () => new ORPCError('NOT_FOUND', { message: 'There is no such library, or it is not open to you.' })

async function getLibrary(scope: OrganizationScope, libraryId: string): Promise<Library> {
  const library = await findLibrary(scope, libraryId)
  if (!library) throw notFound()
  return library
}

const isReadableFolder = async (folder: string): Promise<boolean> => {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) return false
  return opendir(folder).then(
    (handle) => handle.close().then(() => true),
    () => false,
  )
}

export const libraries = {
  list: allowed('book:read')
    .route({ method: 'GET', path: '/libraries', tags: ['libraries'], summary: 'Libraries that you see' })
    .output(z.array(Library))
    .handler(({ context: { scope } }) => listLibraries(scope)),

  get: allowed('book:read')
    .route({ method: 'GET', path: '/libraries/{libraryId}', tags: ['libraries'], summary: 'A library with its folders and newest scan' })
    .input(LibraryId)
    .output(LibraryDetail)
    .handler(async ({ context: { scope, deps }, input }) => {
      const library = await getLibrary(scope, input.libraryId)
      const mayManage = hasPermission(scope.permissions, 'library:update')
      const [scan, folders] = await Promise.all([findLatestScan(scope, library.id), mayManage ? listLibraryFolders(scope, library.id) : []])
      const roots = mayManage ? await findUsableRoots(scope, deps.roots) : []
      return {
        ...library,
        scan: scan ?? null,
        folders: await Promise.all(
          folders.map(async (folder) => {
            const real = await resolveInside(roots, folder.path)
            return { ...folder, available: real !== null && (await isReadableFolder(real)) }
          }),
        ),
      }
    }),

  create: allowed('library:create')
    .route({ method: 'POST', path: '/libraries', tags: ['libraries'], summary: 'Make a library of folders and scan it' })
    .errors({
      NAME_TAKEN: { status: 409 },
      FOLDER_NOT_ALLOWED: { status: 403 },
      FOLDER_UNREADABLE: { status: 422 },
      FOLDER_OVERLAPS: { status: 422 },
    })
    .input(CreateLibrary)
    .output(Library)
    .handler(async ({ context: { scope, deps }, input, errors }) => {
      const roots = await findUsableRoots(scope, deps.roots)
      const folders: string[] = []
      for (const wished of input.folders) {
        const real = await resolveInside(roots, wished)
        if (!real) throw errors.FOLDER_NOT_ALLOWED({ message: 'This folder is not open to this workspace.' })
        if (!(await isReadableFolder(real))) throw errors.FOLDER_UNREADABLE({ message: 'Carrel may not read this folder.' })
        if (folders.some((other) => isInside(other, real) || isInside(real, other)))
          throw errors.FOLDER_OVERLAPS({ message: 'One of these folders lies inside another.' })
        folders.push(real)
      }
      const id = await insertLibrary(scope, { name: input.name, visibility: input.visibility, folders })
      if (!id) throw errors.NAME_TAKEN({ message: 'This workspace has a library of that name.' })
      await insertScan(scope, id)
      await deps.jobs.enqueueScan(scope.db, id)
      await announce(scope, { type: 'changed', organizationId: scope.organizationId, what: 'libraries' })
      return { id, name: input.name, visibility: input.visibility, bookCount: 0, problemCount: 0, scanning: true, lastScannedAt: null }
    }),

  update: allowed('library:update')
    .route({
      method: 'PATCH',
      path: '/libraries/{libraryId}',
      tags: ['libraries'],
      summary: 'Rename a library or open it to fewer or more people',
    })
    .errors({ NAME_TAKEN: { status: 409 } })
    .input(UpdateLibrary)
    .output(Library)
    .handler(async ({ context: { scope }, input, errors }) => {
      const library = await getLibrary(scope, input.libraryId)
      const hides = input.visibility === 'restricted' && library.visibility !== 'restricted'
      if (hides && !hasPermission(scope.permissions, 'library:read-restricted'))
        throw new ORPCError('FORBIDDEN', { message: 'You may not put a library out of your own sight.' })
      const values = { ...(input.name !== undefined && { name: input.name }), ...(input.visibility && { visibility: input.visibility }) }
      if (!(await updateLibrary(scope, input.libraryId, values)))
        throw errors.NAME_TAKEN({ message: 'This workspace has a library of that name.' })
      await announce(scope, { type: 'changed', organizationId: scope.organizationId, what: 'libraries' })
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
      await getLibrary(scope, input.libraryId)
      await deleteLibrary(scope, input.libraryId)
      await announce(scope, { type: 'changed', organizationId: scope.organizationId, what: 'libraries' })
      return {}
    }),

  scan: allowed('library:scan')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/scan',
      tags: ['libraries'],
      summary: 'Look for new and changed books; joins a scan that runs',
    })
    .input(LibraryId)
    .output(Scan)
    .handler(async ({ context: { scope, deps }, input }) => {
      const library = await getLibrary(scope, input.libraryId)
      const latest = library.scanning ? await findLatestScan(scope, library.id) : undefined
      const scanId = latest?.id ?? (await insertScan(scope, library.id))
      await deps.jobs.enqueueScan(scope.db, library.id)
      await announce(scope, { type: 'scan', organizationId: scope.organizationId, libraryId: library.id, scanId })
      const scan = await findScan(scope, scanId)
      if (!scan) throw notFound()
      return scan
    }),
}
