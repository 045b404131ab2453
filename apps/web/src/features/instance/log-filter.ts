import type { InstanceKind } from '@carrel/api/schema/instance/audit'

const kinds: Readonly<Record<InstanceKind, true>> = {
  user: true,
  organization: true,
  impersonation: true,
  settings: true,
  mail: true,
  folder: true,
  permission: true,
}

export const instanceKinds = Object.keys(kinds) as InstanceKind[]
export const isInstanceKind = (kind: unknown): kind is InstanceKind => typeof kind === 'string' && Object.hasOwn(kinds, kind)

/** The last so many days. */
export const periods = ['1', '7', '30', '365'] as const
type Period = (typeof periods)[number]
export const isPeriod = (days: unknown): days is Period => periods.some((period) => period === days)

export type LogFilter = { by?: string; kind?: InstanceKind; target?: string; days?: Period }

/** The beginning of the first of the last `days` days, today among them, by the reader's clock. */
export function startOf(days: Period, now: Date = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - Number(days) + 1).toISOString()
}
