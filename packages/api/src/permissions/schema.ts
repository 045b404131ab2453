import * as z from 'zod'
import { Permission } from '@carrel/auth/catalogue'
import { Id } from '../shapes.ts'

export const Check = z.object({
  permission: Permission,
  /** Asks for this library, where a grant may add to what the roles hold. */
  libraryId: Id.optional(),
})
export const CheckSeveral = z.object({ permissions: z.array(Permission).min(1).max(50), libraryId: Id.optional() })
export const Checked = z.object({ allowed: z.boolean() })
