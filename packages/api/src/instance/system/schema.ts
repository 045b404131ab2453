import * as z from 'zod'
import { Timestamp } from '../../shapes.ts'

export const InstanceSystem = z.object({
  version: z.string(),
  node: z.string(),
  startedAt: Timestamp,
  uptimeSeconds: z.number().int(),
  counts: z.object({ users: z.number().int(), banned: z.number().int(), operators: z.number().int(), organizations: z.number().int() }),
  database: z.object({
    version: z.string(),
    bytes: z.number(),
    connections: z.object({ open: z.number().int(), max: z.number().int() }),
    migrations: z.object({ applied: z.number().int(), last: z.string().nullable() }),
  }),
  storage: z.object({
    dataDir: z.string(),
    /** Of thumbnails and other derived files; null while it is not known yet. */
    blobBytes: z.number().nullable(),
    /** Of the disk under DATA_DIR; null where the system does not tell. */
    freeBytes: z.number().nullable(),
    totalBytes: z.number().nullable(),
  }),
  /** Folders that this server may read. */
  folders: z.array(z.object({ path: z.string(), available: z.boolean() })),
  queues: z.array(z.object({ name: z.string(), waiting: z.number().int(), running: z.number().int(), failed: z.number().int() })),
})
export type InstanceSystem = z.infer<typeof InstanceSystem>
