import { inLibrary, inLibraryOutside } from '../procedures.ts'
import { planUploads } from './plan.ts'
import { countWaitingUploads, findLibraryKind, findStore, listUploads } from './queries.ts'
import { ListUploads, PlanUploads, UploadList, UploadPlan } from './schema.ts'

export const uploads = {
  list: inLibrary('book:upload')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/uploads',
      tags: ['uploads'],
      summary: 'Your uploads into a library in the last day, and the room that the workspace has',
    })
    .input(ListUploads)
    .output(UploadList)
    .handler(async ({ context: { scope, deps }, input }) => ({
      items: await listUploads(scope, input.libraryId, input.ids),
      waiting: await countWaitingUploads(scope, input.libraryId),
      maxBytes: deps.settings.uploadMaxBytes,
      store: await findStore(scope),
    })),

  plan: inLibraryOutside('book:upload')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/uploads/plan',
      tags: ['uploads'],
      summary: 'Which files that somebody is about to upload belong together, by their names',
    })
    .errors({ NOT_MANAGED: { status: 409 } })
    .input(PlanUploads)
    .output(UploadPlan)
    .handler(async ({ context: { transaction }, input, errors }) => {
      if ((await transaction((scope) => findLibraryKind(scope, input.libraryId))) !== 'managed')
        throw errors.NOT_MANAGED({ message: 'The files of this library lie in folders of the server; books are not uploaded into it.' })
      return { together: planUploads(input.drop, input.paths) }
    }),
}
