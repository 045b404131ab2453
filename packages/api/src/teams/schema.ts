import * as z from 'zod'
import { Id, Name } from '../shapes.ts'

export const Team = z.object({ id: Id, name: z.string(), memberCount: z.number().int(), libraryCount: z.number().int() })
export type Team = z.infer<typeof Team>

export const CreateTeam = z.object({ name: Name })
export const UpdateTeam = z.object({ teamId: Id, name: Name })
export const TeamMembers = z.object({ teamId: Id, userIds: z.array(Id).min(1).max(100) })
