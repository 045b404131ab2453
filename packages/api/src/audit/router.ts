import { badCursor } from '../errors.ts'
import { allowed } from '../procedures.ts'
import { listAuditEvents } from './queries.ts'
import { AuditPage, ListAudit } from './schema.ts'

export const audit = {
  list: allowed('audit:read')
    .route({ method: 'GET', path: '/audit', tags: ['audit'], summary: 'Who did what in this workspace, newest first' })
    .input(ListAudit)
    .output(AuditPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listAuditEvents(scope, input)
      if (!page) throw badCursor()
      return page
    }),
}
