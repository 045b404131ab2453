import * as z from 'zod'
import { FolderPath } from '../folders/schema.ts'
import { Scan } from '../scans/schema.ts'
import { Id, Name, Timestamp } from '../shapes.ts'
import { Noticing, Schedule, Upkeep } from '../watching/schema.ts'

/** `organization`: every member sees it. `restricted`: owners, admins and people it is shared with. */
export const Visibility = z.enum(['organization', 'restricted'])
export type Visibility = z.infer<typeof Visibility>

export const Library = z.object({
  id: Id,
  name: z.string(),
  visibility: Visibility,
  bookCount: z.number().int(),
  /** Files that could not become books; 0 for people who may not scan. */
  problemCount: z.number().int(),
  scanning: z.boolean(),
  lastScannedAt: Timestamp.nullable(),
})
export type Library = z.infer<typeof Library>

export const LibraryDetail = Library.extend({
  /** Empty for people who may not manage libraries. */
  folders: z.array(z.object({ id: Id, path: z.string(), available: z.boolean(), noticing: Noticing.nullable() })),
  /** Null for people who may not manage libraries. */
  upkeep: Upkeep.nullable(),
  scan: Scan.nullable(),
})
export type LibraryDetail = z.infer<typeof LibraryDetail>

export const CreateLibrary = z.object({
  name: Name,
  visibility: Visibility.default('organization'),
  folders: z.array(FolderPath).min(1).max(20),
})
export type CreateLibrary = z.infer<typeof CreateLibrary>

export const UpdateLibrary = z.object({
  libraryId: Id,
  name: Name.optional(),
  visibility: Visibility.optional(),
  /** Whether changes in its folders are noticed by themselves. */
  watch: z.boolean().optional(),
  /** When it is scanned anyway; null: never. */
  schedule: Schedule.nullable().optional(),
})
export type UpdateLibrary = z.infer<typeof UpdateLibrary>
