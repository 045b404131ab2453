import * as z from 'zod'
import { Level } from '@carrel/auth/catalogue'
import { Id } from '../shapes.ts'

/** To whom a library is opened. */
export const Grantee = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), id: Id }),
  z.object({ kind: z.literal('team'), id: Id }),
])
export type Grantee = z.infer<typeof Grantee>

export const Grant = z.object({
  to: Grantee,
  /** Null for readers who may not see members or teams. */
  name: z.string().nullable(),
  level: Level,
})
export type Grant = z.infer<typeof Grant>

export const SetGrant = z.object({ libraryId: Id, to: Grantee, level: Level })
export const RemoveGrant = z.object({ libraryId: Id, to: Grantee })
