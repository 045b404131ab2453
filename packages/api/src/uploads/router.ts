import * as z from 'zod'
import { inLibrary } from '../procedures.ts'
import { Id } from '../shapes.ts'
import { findStore, listUploads } from './queries.ts'
import { UploadList } from './schema.ts'

export const uploads = {
  list: inLibrary('book:upload')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/uploads',
      tags: ['uploads'],
      summary: 'Your uploads into a library in the last day, and the room that the workspace has',
    })
    .input(z.object({ libraryId: Id }))
    .output(UploadList)
    .handler(async ({ context: { scope, deps }, input }) => ({
      items: await listUploads(scope, input.libraryId),
      maxBytes: deps.settings.uploadMaxBytes,
      store: await findStore(scope),
    })),
}
