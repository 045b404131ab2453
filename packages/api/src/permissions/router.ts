import * as z from 'zod'
import { guards, hasAllPermissions, hasAnyPermission, hasPermission } from '@carrel/auth'
import { findRightsInLibrary } from '../grants/queries.ts'
import { allowed, member } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { listExtraPermissions } from './queries.ts'
import { Check, Checked, CheckSeveral, Extra } from './schema.ts'

/** A library out of sight adds nothing, and answers like one that does not exist. */
const heldIn = async (scope: OrganizationScope, libraryId: string | undefined): Promise<ReadonlySet<string>> =>
  libraryId ? ((await findRightsInLibrary(scope, libraryId))?.held ?? new Set<string>()) : scope.permissions

const route = { method: 'GET', tags: ['permissions'] } as const

export const permissions = {
  extra: allowed(guards['roles.view'])
    .route({ ...route, path: '/permissions/extra', summary: 'Permissions that the operator of this server added to the catalogue' })
    .output(z.array(Extra))
    .handler(({ context: { scope } }) => listExtraPermissions(scope)),

  check: member
    .route({ ...route, path: '/permissions/check', summary: 'Whether you hold a permission' })
    .input(Check)
    .output(Checked)
    .handler(async ({ context: { scope }, input }) => ({ allowed: hasPermission(await heldIn(scope, input.libraryId), input.permission) })),

  checkAny: member
    .route({ ...route, path: '/permissions/check-any', summary: 'Whether you hold at least one of these permissions' })
    .input(CheckSeveral)
    .output(Checked)
    .handler(async ({ context: { scope }, input }) => ({
      allowed: hasAnyPermission(await heldIn(scope, input.libraryId), input.permissions),
    })),

  checkAll: member
    .route({ ...route, path: '/permissions/check-all', summary: 'Whether you hold all of these permissions' })
    .input(CheckSeveral)
    .output(Checked)
    .handler(async ({ context: { scope }, input }) => ({
      allowed: hasAllPermissions(await heldIn(scope, input.libraryId), input.permissions),
    })),
}
