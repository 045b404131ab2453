import { hasPermission } from '@carrel/auth'
import type { Deps } from '../deps.ts'
import { findRightsInLibrary } from '../grants/queries.ts'
import { findLibraryOfBook } from '../metadata/queries.ts'
import { asMember } from '../scope.ts'
import { openPicture } from './picture-token.ts'

const side = 360

/**
 * A small picture that was found for a book, fetched from its source and drawn anew in a child process. Who asks is checked as for
 * the search; no transaction is held while it is fetched. Throws OutgoingError, and Later.
 */
export async function previewPicture(
  { transact, lookup, limits, uploads, settings }: Pick<Deps, 'transact' | 'lookup' | 'limits' | 'uploads' | 'settings'>,
  { token, organizationId, picture: named, signal }: { token: string; organizationId: string; picture: string; signal: AbortSignal },
): Promise<'unauthenticated' | 'not-found' | { webp: Uint8Array | null }> {
  const known = await asMember(
    transact,
    token,
    organizationId,
    async (scope) => {
      if (scope === 'unauthenticated') return scope
      const opened = scope === 'not-a-member' ? null : openPicture(settings.secret, scope.organizationId, named)
      if (scope === 'not-a-member' || !opened) return 'not-found'
      const libraryId = await findLibraryOfBook(scope, opened.bookId)
      const rights = libraryId === undefined ? undefined : await findRightsInLibrary(scope, libraryId)
      return rights && hasPermission(rights.held, 'metadata:fetch') ? { userId: scope.user.id, picture: opened.picture } : 'not-found'
    },
    { readOnly: true },
  )
  if (typeof known === 'string') return known
  const { userId, picture } = known
  if (!lookup.sources.includes(picture.source)) return 'not-found'
  await limits.take('lookup-picture', userId)
  const draw = async (bytes: Uint8Array) => {
    const drawn = await uploads.picture(bytes, side)
    return drawn.ok ? drawn.webp : null
  }
  const webp = await lookup.preview(userId, picture, draw, signal)
  return { webp }
}
