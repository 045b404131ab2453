import * as z from 'zod'
import { isPasswordHash } from '@carrel/auth'
import { Email } from '../../setup/schema.ts'
import { Name } from '../../shapes.ts'

/** A hash that a sign-in can check. */
const PasswordHash = z.string().refine(isPasswordHash, {
  error: 'must be a hash by bcrypt (cost 4 to 15) or by the scrypt of Better Auth',
})

/** One member of a workspace, as they leave and come by a file. */
export const MemberRecord = z.strictObject({
  name: Name.optional(),
  email: Email,
  /** Built-in roles by name, own ones of the workspace by theirs. */
  roles: z.array(z.string().min(1).max(100)).min(1).max(20).default(['member']),
  /** By name; one that is missing is made. */
  teams: z.array(Name).max(50).default([]),
  /** For a new account; never exported. */
  passwordHash: PasswordHash.optional(),
})
export type MemberRecord = z.infer<typeof MemberRecord>
