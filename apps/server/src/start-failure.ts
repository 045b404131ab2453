import { DatabaseRefusal } from '@carrel/db'
import { EmbeddedPostgresError } from '@carrel/db/embedded'
import { SettingError } from './env.ts'

const silent = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  '57P03',
])
const refusing = new Set(['28000', '28P01', '3D000', '53300'])

/** One line for a start that failed on what a person can mend; null for a fault of ours, which needs its stack. */
export function startFailure(error: unknown): string | null {
  if (error instanceof SettingError || error instanceof EmbeddedPostgresError || error instanceof DatabaseRefusal) return error.message
  if (!(error instanceof Error) || !('code' in error)) return null
  const code = String(error.code)
  if (silent.has(code)) return `DATABASE_URL: the database does not answer (${error.message || code}).`
  if (refusing.has(code)) return `DATABASE_URL: the database refuses this login (${error.message}).`
  return null
}
