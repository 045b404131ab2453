import type { Readable } from 'node:stream'
import { hasPermission } from '@carrel/auth'
import type { Deps } from '../deps.ts'
import { announce } from '../events/queries.ts'
import { findRightsInLibrary } from '../grants/queries.ts'
import { holdLibrary } from '../libraries/queries.ts'
import { insertScan } from '../scans/queries.ts'
import { asMember, type OrganizationScope } from '../scope.ts'
import { partKey, partKeys } from './keys.ts'
import { safeFolder, safeName } from './names.ts'
import { uploadUnit } from './plan.ts'
import {
  addPart,
  countOpenUploads,
  deleteUpload,
  findLibraryKind,
  findSameUpload,
  findQuota,
  findStore,
  findUpload,
  insertUpload,
  type NewUpload,
} from './queries.ts'
import type { BeginUpload } from './schema.ts'

/** Parts of one upload at most; the least size of one follows. */
const mostParts = 4096
const leastPartBytes = 64 * 1024
/** Bytes of one part at most. */
export const mostPartBytes = 64 * 1024 * 1024
/** Uploads that one person may have begun and not ended in a workspace. */
const openAtOnce = 200

export type Asked = { token: string; organizationId: string; address: string | null }
type Refusal = 'unauthenticated' | 'not-found' | 'forbidden'
export type ReceiveDeps = Pick<Deps, 'transact' | 'blobs' | 'jobs' | 'settings'>

const leastOf = (size: number): number => Math.max(leastPartBytes, Math.ceil(size / mostParts))

function asked<T>(
  { transact }: ReceiveDeps,
  { token, organizationId, address }: Asked,
  fn: (scope: OrganizationScope) => Promise<T>,
  readOnly: boolean,
) {
  return asMember<T | Refusal>(
    transact,
    token,
    organizationId,
    async (scope) => (scope === 'unauthenticated' ? scope : scope === 'not-a-member' ? 'not-found' : fn(scope)),
    { readOnly, address },
  )
}

async function mayUpload(scope: OrganizationScope, libraryId: string): Promise<Refusal | null> {
  const rights = await findRightsInLibrary(scope, libraryId)
  if (!rights) return 'not-found'
  return hasPermission(rights.held, 'book:upload') ? null : 'forbidden'
}

export type Admitted = 'too-large' | 'too-many' | { full: { left: number } } | { id: string; received: number; begunAt?: Date }
export type Begun = Refusal | 'not-managed' | Admitted

/**
 * Begins an upload into a managed library; its size counts towards the quota of the workspace from now on. One file of a unit that
 * is begun twice is one upload, which goes on where it is.
 */
export function beginUpload(deps: ReceiveDeps, who: Asked, input: BeginUpload): Promise<Begun> {
  return asked<Begun>(
    deps,
    who,
    async (scope) => {
      const refused = await mayUpload(scope, input.libraryId)
      if (refused) return refused
      if (!(await holdLibrary(scope, input.libraryId))) return 'not-found'
      if ((await findLibraryKind(scope, input.libraryId)) !== 'managed') return 'not-managed'
      const { libraryId, name, size, together } = input
      const unit = together === undefined ? null : uploadUnit({ libraryId, userId: scope.user.id, together })
      return admitUpload(scope, deps, { libraryId, name, size, unit })
    },
    false,
  )
}

/**
 * Begins an upload, or goes on with the same file of the same unit, for somebody who may; `name` is a path where there is a unit.
 */
export async function admitUpload(
  scope: OrganizationScope,
  { settings }: Pick<Deps, 'settings'>,
  { libraryId, name, size, unit }: Omit<NewUpload, 'folder'>,
): Promise<Admitted> {
  if (size > settings.uploadMaxBytes) return 'too-large'
  const wanted = { libraryId, folder: unit === null ? '' : safeFolder(name), name: safeName(name), size }
  const known = unit === null ? undefined : await findSameUpload(scope, { ...wanted, unit })
  if (known) return known
  if ((await countOpenUploads(scope)) >= openAtOnce) return 'too-many'
  const most = await findQuota(scope)
  if (most !== null) {
    // What the store holds is added up, file by file.
    const { held } = await findStore(scope)
    if (held + size > most) return { full: { left: Math.max(0, most - held) } }
  }
  const id = await insertUpload(scope, { ...wanted, unit })
  if (id === null) return { full: { left: 0 } }
  // Uploads of a workspace begin one after the other: what another request began meanwhile is seen from here.
  const first = unit === null ? undefined : await findSameUpload(scope, { ...wanted, unit }, id)
  if (first === undefined) return { id, received: 0 }
  await deleteUpload(scope, id)
  return first
}

/** How far one's own upload is. */
export function lookAtUpload(deps: ReceiveDeps, who: Asked, uploadId: string): Promise<Refusal | { size: number; received: number }> {
  return asked(
    deps,
    who,
    async (scope) => {
      const found = await findUpload(scope, uploadId)
      return found && (await mayUpload(scope, found.libraryId)) === null ? { size: found.size, received: found.received } : 'not-found'
    },
    true,
  )
}

export type PartAnswer = Refusal | { conflict: { received: number } } | 'too-small' | 'too-long' | { received: number }

/**
 * Takes the next bytes of an upload: whole, or not at all. Who sends them is asked before the first is read and again before
 * they count; no transaction is held in between. With the last ones the library's job is called. Throws StorageFull, CutShort,
 * and whatever breaks the stream off.
 */
export async function takePart(
  deps: ReceiveDeps,
  who: Asked,
  uploadId: string,
  part: { start: number; length: number; open: () => Readable },
): Promise<PartAnswer> {
  const end = part.start + part.length
  const before = await asked<PartAnswer | null>(
    deps,
    who,
    async (scope) => {
      const found = await findUpload(scope, uploadId)
      if (!found || (await mayUpload(scope, found.libraryId)) !== null) return 'not-found'
      if (found.state !== 'open' || found.received !== part.start) return { conflict: { received: found.received } }
      if (end > found.size || part.length > mostPartBytes) return 'too-long'
      return part.length < leastOf(found.size) && end < found.size ? 'too-small' : null
    },
    true,
  )
  if (before !== null) return before
  const key = partKey(who.organizationId, uploadId, part.start, end)
  await deps.blobs.putStream(key, part.open(), part.length)
  let useless = false
  const answer = await asked<PartAnswer>(
    deps,
    who,
    async (scope) => {
      const known = await findUpload(scope, uploadId)
      if (known) await holdLibrary(scope, known.libraryId)
      const found = known && (await findUpload(scope, uploadId))
      useless = !found
      if (!found || (await mayUpload(scope, found.libraryId)) !== null) return 'not-found'
      const added = await addPart(scope, uploadId, { start: part.start, end })
      if (!added) {
        // The same part may have come twice, and count since.
        const now = await findUpload(scope, uploadId)
        useless = !partKeys(who.organizationId, uploadId, now?.parts ?? []).includes(key)
        return { conflict: { received: now?.received ?? found.received } }
      }
      if (added.whole) {
        const { organizationId } = scope
        const scanId = await insertScan(scope, found.libraryId, { reason: 'upload' })
        await deps.jobs.enqueueScan(scope, found.libraryId)
        await announce(scope, { type: 'scan', organizationId, libraryId: found.libraryId, scanId })
      }
      return { received: added.received }
    },
    false,
  )
  // Nothing counts it towards the quota any more.
  if (useless) await deps.blobs.delete(key)
  return answer
}

/** Gives one's own upload up. */
export async function endUpload(deps: ReceiveDeps, who: Asked, uploadId: string): Promise<Refusal | 'ended'> {
  const gone = await asked(deps, who, async (scope) => (await deleteUpload(scope, uploadId)) ?? 'not-found', false)
  if (typeof gone === 'string') return gone
  for (const key of partKeys(who.organizationId, uploadId, gone.parts)) await deps.blobs.delete(key)
  return 'ended'
}
