import type { AuditFilter, ListAudit } from '@carrel/api/schema/audit'

/** What the address of the page says: whose doings, of which kind, and the first and last day of the reader's calendar. */
export type ActivityFilter = { by?: string; kind?: NonNullable<ListAudit['kind']>; from?: string; to?: string }

/** True for a day of the calendar as `2026-11-20`. */
export function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const date = new Date(`${value}T12:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}

function startOf(day: string, later = 0): Date {
  const date = new Date(`${day}T00:00:00`)
  date.setDate(date.getDate() + later)
  return date
}

/** The filter as the server takes it; days begin where the reader is. */
export function auditFilter({ by, kind, from, to }: ActivityFilter): AuditFilter {
  return {
    ...(by !== undefined && { actorId: by }),
    ...(kind && { kind }),
    ...(from !== undefined && { from: startOf(from).toISOString() }),
    ...(to !== undefined && { to: new Date(startOf(to, 1).getTime() - 1).toISOString() }),
  }
}

export function exportUrl(organizationId: string, format: 'csv' | 'jsonl', filter: ActivityFilter): string {
  const query = new URLSearchParams({ ...auditFilter(filter) } as Record<string, string>).toString()
  return `/files/${organizationId}/audit.${format}${query === '' ? '' : `?${query}`}`
}
