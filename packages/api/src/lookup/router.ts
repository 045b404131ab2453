import { ORPCError } from '@orpc/server'
import * as z from 'zod'
import { knowOne, noFile } from '../books/edits/apply.ts'
import { Changed } from '../books/edits/schema.ts'
import { uploadCover } from '../books/edits/upload-cover.ts'
import { notFound } from '../errors.ts'
import { member, onBookOutside } from '../procedures.ts'
import { OutgoingError } from './outgoing.ts'
import { openPicture, sealPicture } from './picture-token.ts'
import { LookupProblem, LookupResult, LookupSource, LookUpBook, TakeFoundCover } from './schema.ts'
import { usualQuery } from './usual-query.ts'

const off = 'Metadata is not looked up on this server. Its operator can allow it with METADATA_SOURCES.'

export const lookup = {
  sources: member
    .route({ method: 'GET', path: '/lookup/sources', tags: ['lookup'], summary: 'Where metadata is looked up; nowhere by default' })
    .output(z.array(LookupSource))
    .handler(({ context: { deps } }) => [...deps.lookup.sources]),

  search: onBookOutside('metadata:fetch')
    .route({
      method: 'POST',
      path: '/books/{bookId}/lookup',
      tags: ['lookup'],
      summary: 'What other catalogues say of a book, by ISBN or words. Sends these and nothing else, and changes nothing',
    })
    .errors({ ...noFile, LOOKUP_OFF: { status: 409 } })
    .input(LookUpBook)
    .output(LookupResult)
    .handler(async ({ context: { transaction, userId, organizationId, deps }, input: { bookId, query }, errors, signal }) => {
      if (deps.lookup.sources.length === 0) throw errors.LOOKUP_OFF({ message: off })
      await deps.limits.take('lookup', userId)
      const asked =
        query ??
        (await transaction(async (scope, libraryId) => usualQuery((await knowOne(scope, libraryId, bookId, false)).book.effective)))
      const { records, problems } = await deps.lookup.search(userId, asked, signal)
      const candidates = records.map(({ source, found, picture }) => ({
        source,
        found,
        cover: picture && sealPicture(deps.settings.secret, organizationId, bookId, picture),
      }))
      return { candidates, problems }
    }),

  takeCover: onBookOutside('metadata:fetch')
    .route({
      method: 'POST',
      path: '/books/{bookId}/lookup/cover',
      tags: ['lookup'],
      summary: 'Make a picture that was found the cover of a book, as if it were uploaded; needs metadata:edit as well',
    })
    .errors({
      ...noFile,
      LOOKUP_OFF: { status: 409 },
      LOOKUP_FAILED: { status: 424, data: z.object({ problem: LookupProblem }) },
      NO_PICTURE: { status: 422 },
    })
    .input(TakeFoundCover)
    .output(Changed)
    .handler(async ({ context: { userId, organizationId, token, address, deps }, input: { bookId, cover }, errors }) => {
      if (deps.lookup.sources.length === 0) throw errors.LOOKUP_OFF({ message: off })
      const named = openPicture(deps.settings.secret, organizationId, cover)
      if (named?.bookId !== bookId) throw notFound('picture')
      await deps.limits.take('lookup', userId)
      const asked = { token, organizationId, bookId, address }
      try {
        const done = await uploadCover(deps, asked, () => deps.lookup.picture(userId, named.picture, 'full'))
        if (typeof done === 'object') return done
        if (done === 'forbidden') throw new ORPCError('FORBIDDEN', { message: 'You may not do this in this library.' })
        if (done === 'no-picture' || done === 'too-large') throw errors.NO_PICTURE({ message: 'This picture cannot be drawn.' })
        if (done === 'no-file') throw errors.NO_FILE({ message: 'This book has no file any more.' })
        throw notFound('book')
      } catch (error) {
        if (!(error instanceof OutgoingError)) throw error
        const { problem, message } = error
        deps.log.info({ source: named.picture.source, problem, reason: message }, 'look-up of a cover')
        throw errors.LOOKUP_FAILED({ message: 'The picture could not be fetched. Try again later.', data: { problem } })
      }
    }),
}
