import * as z from 'zod'
import { limits } from '../limits.ts'
import { FolderPath } from '../folders/schema.ts'
import { Scan } from '../scans/schema.ts'
import { Id, Name, Timestamp } from '../shapes.ts'
import { Noticing, Schedule, Upkeep } from '../watching/schema.ts'

/** `organization`: every member sees it. `restricted`: owners, admins and people it is shared with. */
export const Visibility = z.enum(['organization', 'restricted'])
export type Visibility = z.infer<typeof Visibility>

/** `folders`: of the server, which nothing here writes to. `managed`: files that people upload. */
export const LibraryKind = z.enum(['folders', 'managed'])
export type LibraryKind = z.infer<typeof LibraryKind>

/** Nights for which a missing book and everyone's place in it are kept; null: until somebody removes it. */
export const KeepMissingNights = z.number().int().min(0).max(365).nullable()

export const Library = z.object({
  id: Id,
  name: z.string(),
  kind: LibraryKind,
  visibility: Visibility,
  bookCount: z.number().int(),
  /** Files that could not become books; 0 for people who may not scan. */
  problemCount: z.number().int(),
  /** Books none of whose files is there; likewise. */
  missingCount: z.number().int(),
  scanning: z.boolean(),
  lastScannedAt: Timestamp.nullable(),
})
export type Library = z.infer<typeof Library>

/** Where what a book says of itself comes from: files that lie beside it, or its own. */
export const SourceKind = z.enum(['sidecar', 'file'])
export type SourceKind = z.infer<typeof SourceKind>
/** Both, the one that is believed first before the other. */
export const Precedence = z
  .array(SourceKind)
  .length(SourceKind.options.length)
  .refine((kinds) => new Set(kinds).size === kinds.length, 'Each is named once.')

/** Why a folder cannot be looked through; while it is so, nothing of it counts as gone. */
export const FolderTrouble = z.enum(['missing', 'closed', 'unreadable', 'empty'])
export type FolderTrouble = z.infer<typeof FolderTrouble>

export const LibraryFolder = z.object({
  id: Id,
  /** To people who may scan and not manage libraries, only its name. */
  path: z.string(),
  available: z.boolean(),
  /** Null for people who may not manage libraries. */
  noticing: Noticing.nullable(),
  trouble: FolderTrouble.nullable(),
  troubleSince: Timestamp.nullable(),
})
export type LibraryFolder = z.infer<typeof LibraryFolder>

export const LibraryDetail = Library.extend({
  precedence: z.array(SourceKind),
  /** Empty for people who may neither manage nor scan libraries. */
  folders: z.array(LibraryFolder),
  /** Null for people who may not manage libraries, and for a managed library. */
  upkeep: Upkeep.nullable(),
  scan: Scan.nullable(),
  /** Files that the last scan did not find, and of how many: somebody who may scan has to say that they are gone. */
  held: z.object({ files: z.number().int(), of: z.number().int() }).nullable(),
  keepMissingNights: KeepMissingNights,
})
export type LibraryDetail = z.infer<typeof LibraryDetail>

export const CreateLibrary = z
  .object({
    name: Name,
    visibility: Visibility.default('organization'),
    kind: LibraryKind.default('folders'),
    /** None for a managed library. */
    folders: z.array(FolderPath).max(limits.libraryFolders).default([]),
  })
  .refine(({ kind, folders }) => (kind === 'managed') === (folders.length === 0), 'A library has folders, or is managed.')
export type CreateLibrary = z.infer<typeof CreateLibrary>

export const UpdateLibrary = z.object({
  libraryId: Id,
  name: Name.optional(),
  visibility: Visibility.optional(),
  /** Another order describes all books anew, in the background. */
  precedence: Precedence.optional(),
  /** Whether changes in its folders are noticed by themselves. */
  watch: z.boolean().optional(),
  /** When it is scanned anyway; null: never. */
  schedule: Schedule.nullable().optional(),
  keepMissingNights: KeepMissingNights.optional(),
})
export type UpdateLibrary = z.infer<typeof UpdateLibrary>

export const AddFolder = z.object({ libraryId: Id, path: FolderPath })
export const MoveFolder = z.object({
  libraryId: Id,
  folderId: Id,
  path: FolderPath,
  /** Also when none of its files is found there. */
  anyway: z.boolean().default(false),
})
export const RemoveFolder = z.object({ libraryId: Id, folderId: Id })
