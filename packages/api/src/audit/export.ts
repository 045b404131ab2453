import type { OrganizationScope } from '../scope.ts'
import { listAuditEvents, record as writeDown } from './queries.ts'
import type { AuditEvent, AuditFilter } from './schema.ts'

export const exportFormats = ['csv', 'jsonl'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Who takes the log away is written into it. */
export const recordExport = (scope: OrganizationScope, format: ExportFormat, filter: AuditFilter): Promise<void> =>
  writeDown(scope, {
    kind: 'audit',
    change: 'exported',
    target: { id: scope.organizationId, name: '' },
    after: { format, actorId: filter.actorId ?? null, kind: filter.kind ?? null, from: filter.from ?? null, to: filter.to ?? null },
  })

const pageSize = 200

/**
 * The log as the filter wants it, newest first, two hundred events at a time, each read in a transaction of its own by
 * `read`. Ends early, with a throw, when `read` says by null that it may no longer be read.
 */
export async function* auditPages(
  read: <T>(fn: (scope: OrganizationScope) => Promise<T>) => Promise<T | null>,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditEvent[]> {
  let cursor: string | undefined
  do {
    const page = await read((scope) => listAuditEvents(scope, { ...filter, limit: pageSize, ...(cursor !== undefined && { cursor }) }))
    if (!page) throw new Error('The log may no longer be read.')
    yield page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

const columns = [
  ['time', ({ at }) => at],
  ['person', ({ actorName, actorId }) => (actorId === null ? 'Carrel' : actorName)],
  ['person id', ({ actorId }) => actorId ?? ''],
  ['by the operator', ({ impersonated }) => (impersonated ? 'yes' : 'no')],
  ['address', ({ address }) => address ?? ''],
  ['action', ({ action }) => action],
  ['target', ({ targetName }) => targetName ?? ''],
  ['target id', ({ targetId }) => targetId ?? ''],
  ['before', ({ before }) => (before === null ? '' : JSON.stringify(before))],
  ['after', ({ after }) => (after === null ? '' : JSON.stringify(after))],
] as const satisfies [string, (event: AuditEvent) => string][]

/** Spreadsheets take what begins so for a formula, in full width as well. */
const formula = /^\s*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u

/** A field of RFC 4180; one that a spreadsheet would work out gets an apostrophe before it. */
function field(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const record = (fields: readonly string[]): string => `${fields.map(field).join()}\r\n`

/** How a format begins, and how it writes an event. */
export const exportedAs: Readonly<Record<ExportFormat, { type: string; begin: string; write: (event: AuditEvent) => string }>> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    begin: `\uFEFF${record(columns.map(([name]) => name))}`,
    write: (event) => record(columns.map(([, of]) => of(event))),
  },
  jsonl: { type: 'application/jsonl; charset=utf-8', begin: '', write: (event) => `${JSON.stringify(event)}\n` },
}
