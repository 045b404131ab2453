import * as z from 'zod'
import { limits } from '../limits.ts'
import { Id } from '../shapes.ts'
import { Noticing } from '../watching/schema.ts'

export const FolderPath = z
  .string()
  .min(1)
  .max(limits.pathLength)
  .refine((path) => !path.includes('\0') && path.isWellFormed())

/** A folder of the server that the operator opened to this workspace. */
export const Root = z.object({
  id: Id,
  path: z.string(),
  /** False when it cannot be read now, or when the operator no longer allows it. */
  available: z.boolean(),
  /** Folders of libraries that the actor sees, in it or around it. */
  taken: z.array(z.object({ path: z.string(), libraryId: Id, library: z.string() })),
})
export type Root = z.infer<typeof Root>

export const ListFolders = z.object({ path: FolderPath })
export const FolderListing = z.object({
  path: z.string(),
  /** Null at a root. */
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string(), readable: z.boolean() })),
  /** Book files directly in this folder. */
  books: z.number().int(),
  /** True when the folder holds more than is listed. */
  truncated: z.boolean(),
  /** How new books in it would be noticed. */
  noticing: Noticing.omit({ checkedAt: true }),
})
export type FolderListing = z.infer<typeof FolderListing>

/** A folder that the operator allows to this server, with every workspace and whether it is open to it. */
export const AllowedRoot = z.object({
  path: z.string(),
  available: z.boolean(),
  organizations: z.array(z.object({ id: Id, name: z.string(), open: z.boolean() })),
})
export type AllowedRoot = z.infer<typeof AllowedRoot>
export const AssignRoot = z.object({ organizationId: Id, path: FolderPath })
export type AssignRoot = z.infer<typeof AssignRoot>
