import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { ORPCError } from '@orpc/server'
import * as z from 'zod'
import { fileKind } from '@carrel/formats/names'
import { recordInstance } from '../instance/audit/queries.ts'
import { announce } from '../events/queries.ts'
import { allowedOutside, operatorOutside } from '../procedures.ts'
import { isInside, isMissingInside, isUsableRoot, resolveInside } from './policy.ts'
import { deleteAssignment, insertAssignments, listAssignedRoots, listAssignments, listOrganizations, listTakenFolders } from './queries.ts'
import { expectedNoticing } from '../watching/noticing.ts'
import { findUsableRoots, isReadableFolder } from './roots.ts'
import { AllowedRoot, AssignRoot, FolderListing, ListFolders, Root } from './schema.ts'

const listingLimit = 2000
const isBook = (name: string): boolean => ['book', 'audio'].includes(fileKind(name) ?? '')

export const folders = {
  roots: allowedOutside('library:create')
    .route({ method: 'GET', path: '/folders/roots', tags: ['folders'], summary: 'Folders that the operator opened to this workspace' })
    .output(z.array(Root))
    .handler(async ({ context: { transaction, deps } }) => {
      const [assigned, taken] = await transaction((scope) => Promise.all([listAssignedRoots(scope), listTakenFolders(scope)]))
      return Promise.all(
        assigned.map(async ({ id, path: folder }) => ({
          id,
          path: folder,
          available: (await isUsableRoot(deps.roots, folder)) && (await isReadableFolder(folder)),
          taken: taken.filter(({ path: other }) => isInside(folder, other) || isInside(other, folder)),
        })),
      )
    }),

  list: allowedOutside('library:create')
    .route({ method: 'GET', path: '/folders', tags: ['folders'], summary: 'Folders inside a folder that is open to this workspace' })
    .errors({ FOLDER_NOT_ALLOWED: { status: 403 }, FOLDER_UNREADABLE: { status: 422 } })
    .input(ListFolders)
    .output(FolderListing)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const roots = await findUsableRoots(transaction, deps.roots)
      const real = await resolveInside(roots, input.path)
      if (!real && (await isMissingInside(roots, input.path)))
        throw errors.FOLDER_UNREADABLE({ message: 'This folder is not there any more.' })
      if (!real) throw errors.FOLDER_NOT_ALLOWED({ message: 'This folder is not open to this workspace.' })
      const entries = await readdir(real, { withFileTypes: true }).catch(() => null)
      if (!entries) throw errors.FOLDER_UNREADABLE({ message: 'Carrel may not read this folder.' })
      const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name)
      names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      const shown = names.slice(0, listingLimit)
      const parent = path.dirname(real)
      return {
        path: real,
        parent: (await resolveInside(roots, parent)) ?? null,
        folders: await Promise.all(
          shown.map(async (name) => ({ name, path: path.join(real, name), readable: await isReadableFolder(path.join(real, name)) })),
        ),
        books: entries.filter((entry) => entry.isFile() && isBook(entry.name)).length,
        truncated: names.length > shown.length,
        noticing: await expectedNoticing(real, deps.settings.pollMinutes),
      }
    }),
}

export const roots = {
  list: operatorOutside
    .route({
      method: 'GET',
      path: '/instance/roots',
      tags: ['instance'],
      summary: 'Folders that this server may read, and the workspaces they are open to',
    })
    .output(z.array(AllowedRoot))
    .handler(async ({ context: { transaction, deps } }) => {
      const [assignments, organizations] = await transaction((scope) => Promise.all([listAssignments(scope), listOrganizations(scope)]))
      const paths = [...new Set([...deps.roots, ...assignments.map((assignment) => assignment.path)])]
      return Promise.all(
        paths.map(async (folder) => {
          const openTo = new Set(
            assignments.filter((assignment) => assignment.path === folder).map((assignment) => assignment.organizationId),
          )
          return {
            path: folder,
            available: (await isUsableRoot(deps.roots, folder)) && (await isReadableFolder(folder)),
            organizations: organizations.map((organization) => ({ ...organization, open: openTo.has(organization.id) })),
          }
        }),
      )
    }),

  assign: operatorOutside
    .route({ method: 'POST', path: '/instance/roots/assign', tags: ['instance'], summary: 'Open a folder to a workspace' })
    .errors({ FOLDER_NOT_ALLOWED: { status: 403 }, FOLDER_IS_LINK: { status: 422 } })
    .input(AssignRoot)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const real = await resolveInside(deps.roots, input.path)
      if (!real) throw errors.FOLDER_NOT_ALLOWED({ message: 'This folder is not among those that the server may read.' })
      // Kept by its name, a link could be turned elsewhere by who may write beside it.
      if (real !== path.resolve(input.path))
        throw errors.FOLDER_IS_LINK({ message: `A link leads from here to another folder. Open that one instead: ${real}` })
      await transaction(async (scope) => {
        const organization = (await listOrganizations(scope)).find((o) => o.id === input.organizationId)
        if (!organization) throw new ORPCError('NOT_FOUND')
        await insertAssignments(scope, input.organizationId, [real])
        // Who watches its folders looks anew.
        await announce(scope, { type: 'changed', organizationId: input.organizationId, what: 'libraries' })
        await recordInstance(scope, { action: 'folder.assigned', target: organization, after: { path: real } })
      })
      return {}
    }),

  unassign: operatorOutside
    .route({ method: 'POST', path: '/instance/roots/unassign', tags: ['instance'], summary: 'Close a folder to a workspace' })
    .input(AssignRoot)
    .handler(async ({ context: { transaction }, input }) => {
      await transaction(async (scope) => {
        if (!(await deleteAssignment(scope, input.organizationId, input.path))) return
        await announce(scope, { type: 'changed', organizationId: input.organizationId, what: 'libraries' })
        const organization = (await listOrganizations(scope)).find((o) => o.id === input.organizationId)
        await recordInstance(scope, {
          action: 'folder.unassigned',
          ...(organization && { target: organization }),
          before: { path: input.path },
        })
      })
      return {}
    }),
}
