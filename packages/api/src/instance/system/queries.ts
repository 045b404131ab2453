import { sql } from 'drizzle-orm'
import type { InstanceScope } from '../../scope.ts'

export type Figures = {
  users: number
  banned: number
  operators: number
  organizations: number
  mailsWaiting: number
  mailsFailed: number
  databaseVersion: string
  databaseBytes: number
  connections: number
  maxConnections: number
  migrations: number
  lastMigration: string | null
}

/** Numbers of the whole server. */
export async function readFigures(scope: InstanceScope): Promise<Figures> {
  const [row] = await scope.db.execute<{ figures: Figures }>(sql`select app.instance_figures() as figures`)
  if (!row) throw new Error('A function that answers one row answered none.')
  return row.figures
}
