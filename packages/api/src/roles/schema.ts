import * as z from 'zod'
import { AnyPermission, Role } from '@carrel/auth/catalogue'
import { Id, Name } from '../shapes.ts'

/** A role of a workspace: a built-in one by its name, an own one by its id. */
export const RoleRef = z.union([Role, Id])
export type RoleRef = z.infer<typeof RoleRef>

export const RoleDetail = z.object({
  ref: RoleRef,
  /** Null for a built-in role, whose name is a word of the interface. */
  name: z.string().nullable(),
  description: z.string(),
  permissions: z.array(AnyPermission),
  memberCount: z.number().int(),
  /** False for a role with rights that the reader lacks: they may neither give nor change it. */
  withinMine: z.boolean(),
})
export type RoleDetail = z.infer<typeof RoleDetail>

const Description = z
  .string()
  .max(500)
  .transform((text) => text.normalize('NFC').toWellFormed().trim())
const Permissions = z.array(AnyPermission).max(200)

export const CreateRole = z.object({ name: Name, description: Description.default(''), permissions: Permissions })
export type CreateRole = z.infer<typeof CreateRole>

export const UpdateRole = z.object({
  roleId: Id,
  name: Name.optional(),
  description: Description.optional(),
  permissions: Permissions.optional(),
})
export type UpdateRole = z.infer<typeof UpdateRole>
