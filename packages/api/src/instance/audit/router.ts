import { badCursor } from '../../errors.ts'
import { operator } from '../../procedures.ts'
import { listInstanceEvents } from './queries.ts'
import { InstanceAuditPage, ListInstanceAudit } from './schema.ts'

export const audit = {
  list: operator
    .route({ method: 'GET', path: '/instance/audit', tags: ['instance'], summary: 'What operators did on this server, newest first' })
    .input(ListInstanceAudit)
    .output(InstanceAuditPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listInstanceEvents(scope, input)
      if (!page) throw badCursor()
      return page
    }),
}
