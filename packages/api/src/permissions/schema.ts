import * as z from 'zod'
import { AnyPermission, ExtraPermission } from '@carrel/auth/catalogue'
import { Id } from '../shapes.ts'

export const Check = z.object({
  permission: AnyPermission,
  /** Asks for this library, where a grant may add to what the roles hold. */
  libraryId: Id.optional(),
})
export const CheckSeveral = z.object({ permissions: z.array(AnyPermission).min(1).max(50), libraryId: Id.optional() })
export const Checked = z.object({ allowed: z.boolean() })

/** A permission that the operator of this server added. */
export const Extra = z.object({
  name: ExtraPermission,
  /** What its holder can do, in plain words. */
  label: z.string(),
})
export type Extra = z.infer<typeof Extra>
