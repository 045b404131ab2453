import { ORPCError } from '@orpc/server'
import { findLibrary } from '../libraries/queries.ts'
import { allowed } from '../procedures.ts'
import { Id } from '../shapes.ts'
import { listProblems } from './queries.ts'
import { ListProblems, ProblemPage } from './schema.ts'

export const scans = {
  problems: allowed('library:scan')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/problems',
      tags: ['scans'],
      summary: 'Files that could not become books, with the reason',
    })
    .input(ListProblems)
    .output(ProblemPage)
    .handler(async ({ context: { scope }, input }) => {
      if (!(await findLibrary(scope, input.libraryId)))
        throw new ORPCError('NOT_FOUND', { message: 'There is no such library, or it is not open to you.' })
      const place = input.cursor === undefined ? undefined : Id.safeParse(input.cursor)
      if (place && !place.success) throw new ORPCError('BAD_REQUEST', { message: 'This cursor is not one of this list.' })
      return listProblems(scope, input.libraryId, place?.data, input.limit)
    }),
}
