import { ORPCError } from '@orpc/server'
import { hasPermission } from '@carrel/auth'
import { newId } from '@carrel/db'
import type { Deps } from '../../deps.ts'
import { announceChanged } from '../../events/queries.ts'
import { findRightsInLibrary } from '../../grants/queries.ts'
import { holdLibrary } from '../../libraries/queries.ts'
import { coverKey, coverWidths } from '../../scans/covers/files.ts'
import { findLibraryOfBook } from '../../metadata/queries.ts'
import { asMember, type OrganizationScope } from '../../scope.ts'
import { applyToOne, knowOne } from './apply.ts'
import type { UploadedCover } from './schema.ts'

type Refusal = 'unauthenticated' | 'not-a-member' | 'not-found' | 'forbidden' | 'too-large' | 'no-picture' | 'no-file'

/**
 * Makes a picture the cover of a book. Who asks is checked before a byte is read and again before it is shown; the picture is
 * drawn in a child process with limits, in between, when no transaction is held. `read` answers null for too many bytes.
 */
export async function uploadCover(
  { transact, blobs, uploads, jobs }: Pick<Deps, 'transact' | 'blobs' | 'uploads' | 'jobs'>,
  asked: { token: string; organizationId: string; bookId: string; address: string | null },
  read: () => Promise<Uint8Array | null>,
): Promise<Refusal | { changeId: string | null; books: number }> {
  const { token, organizationId, bookId, address } = asked
  const allowed = <T>(fn: (scope: OrganizationScope, libraryId: string) => Promise<T>, readOnly: boolean): Promise<T | Refusal> =>
    asMember(
      transact,
      token,
      organizationId,
      async (scope) => {
        if (typeof scope === 'string') return scope
        const libraryId = await findLibraryOfBook(scope, bookId)
        const rights = libraryId === undefined ? undefined : await findRightsInLibrary(scope, libraryId)
        if (libraryId === undefined || !rights) return 'not-found'
        if (!hasPermission(rights.held, 'metadata:edit')) return 'forbidden'
        if (!readOnly && !(await holdLibrary(scope, libraryId))) return 'not-found'
        return fn(scope, libraryId)
      },
      { readOnly, address },
    )
  const refused = await allowed(async (scope, libraryId) => {
    await knowOne(scope, libraryId, bookId, false)
    return null
  }, true).catch(refusal)
  if (refused !== null) return refused
  const bytes = await read()
  if (bytes === null) return 'too-large'
  const drawn = await uploads.thumbnails(bytes, { widths: [...coverWidths] })
  if (!drawn.ok || !drawn.cover) return 'no-picture'
  const { sourceSha256: hash, thumbhash, color, aspect, images } = drawn.cover
  await Promise.all(images.map((image) => blobs.put(coverKey(organizationId, hash, image.width), image.webp)))
  const cover: UploadedCover = { kind: 'upload', hash, thumbhash: Buffer.from(thumbhash).toString('base64'), color, aspect }
  return allowed(async (scope, libraryId) => {
    const changed = await applyToOne(scope, { jobs }, libraryId, bookId, { set: {}, clear: [], cover }, newId())
    await announceChanged(scope, 'books')
    return changed
  }, false).catch(refusal)
}

function refusal(error: unknown): Refusal {
  if (error instanceof ORPCError && error.code === 'NO_FILE') return 'no-file'
  throw error
}
