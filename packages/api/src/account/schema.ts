import * as z from 'zod'
import { Permission } from '@carrel/auth/catalogue'
import { Id } from '../shapes.ts'

export const Membership = z.object({
  organizationId: Id,
  name: z.string(),
  slug: z.string(),
  role: z.string(),
  permissions: z.array(Permission),
})
export type Membership = z.infer<typeof Membership>

/** Who is signed in, and the workspaces they belong to, by name. */
export const Account = z.object({
  user: z.object({
    id: Id,
    name: z.string(),
    email: z.string(),
    /** True for the operator of the instance. */
    operator: z.boolean(),
  }),
  memberships: z.array(Membership),
  /** The workspace to open first: the last one used, if it is still theirs. */
  lastOrganizationId: Id.nullable(),
})
export type Account = z.infer<typeof Account>
