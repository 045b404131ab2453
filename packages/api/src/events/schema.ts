import * as z from 'zod'
import { Scan } from '../scans/schema.ts'
import { Id } from '../shapes.ts'

/**
 * What the one event stream of a browser tab carries, for all workspaces of the user. `scan`: a run
 * moved on. `changed`: read this kind of thing again.
 */
export const ServerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello') }),
  z.object({ type: z.literal('scan'), organizationId: Id, scan: Scan }),
  z.object({ type: z.literal('changed'), organizationId: Id, what: z.enum(['libraries', 'books', 'members']) }),
])
export type ServerEvent = z.infer<typeof ServerEvent>
