import * as z from 'zod'
import { limits } from '../limits.ts'
import { Name } from '../shapes.ts'

/** What a visitor may know before anyone has signed in. */
export const InstanceStatus = z.object({
  /** True until the first account, the operator's, exists. */
  needsSetup: z.boolean(),
  /** Who may make an account: everybody, invited people, nobody. */
  signUp: z.enum(['open', 'invite', 'closed']),
  /** False when invitations are links to pass on. */
  mail: z.boolean(),
  version: z.string(),
})
export type InstanceStatus = z.infer<typeof InstanceStatus>

export const Email = z.email().max(254)
export const Password = z.string().min(limits.passwordLength.min).max(limits.passwordLength.max)

export const CreateOperator = z.object({
  /** The one-time code that the start of the server printed. */
  code: z.string().trim().min(1).max(64),
  name: Name,
  email: Email,
  password: Password,
})
export type CreateOperator = z.infer<typeof CreateOperator>
