import type { OrganizationScope } from '../scope.ts'
import { record, writeLog, type LogPlace } from './queries.ts'
import type { AuditFilter, ExportFormat } from './schema.ts'

/** How a file of each format begins. CSV as RFC 4180 has it, with the mark by which spreadsheets know UTF-8. */
export const exportedAs: Readonly<Record<ExportFormat, { type: string; begin: string }>> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    begin: '\uFEFFtime,person,person id,by the operator,address,action,target,target id,before,after\r\n',
  },
  jsonl: { type: 'application/jsonl; charset=utf-8', begin: '' },
}

/** Who takes the log away is written into it. */
export const recordExport = (scope: OrganizationScope, format: ExportFormat, filter: AuditFilter): Promise<void> =>
  record(scope, {
    kind: 'audit',
    change: 'exported',
    target: { id: scope.organizationId, name: '' },
    after: { format, actorId: filter.actorId ?? null, kind: filter.kind ?? null, from: filter.from ?? null, to: filter.to ?? null },
  })

/**
 * The log as the filter wants it, newest first, part by part, each read in a transaction of its own by `read`. Throws
 * when `read` says by null that it may no longer be read.
 */
export async function* exportLog(
  read: <T>(fn: (scope: OrganizationScope) => Promise<T>) => Promise<T | null>,
  format: ExportFormat,
  filter: AuditFilter,
): AsyncGenerator<string> {
  yield exportedAs[format].begin
  let place: LogPlace | null = null
  do {
    const part: { text: string; next: LogPlace | null } | null = await read((scope) => writeLog(scope, format, filter, place))
    if (!part) throw new Error('The log may no longer be read.')
    yield part.text
    place = part.next
  } while (place !== null)
}
