import { sql } from 'drizzle-orm'
import type { LifecycleEvent } from '../audit/events.ts'
import type { VisitorScope } from '../scope.ts'
import type { DeliveredEvent } from './listeners.ts'

export type ClaimedEvent = { event: DeliveredEvent; attempts: number; heardBy: string[] }

type Row = {
  organization_id: string
  id: string
  at: string
  actor_id: string | null
  actor_name: string
  impersonator_id: string | null
  action: string
  target_id: string
  target_name: string
  before: unknown
  after: unknown
  attempts: number
  heard_by: string[]
}

/** Events that are due, oldest first; for five minutes no other process gets them. */
export async function claimEvents(scope: VisitorScope, count: number): Promise<ClaimedEvent[]> {
  const rows = await scope.db.execute<Row>(sql`select * from app.claim_events(${count})`)
  return [...rows].map((row) => {
    const [kind = '', change] = row.action.split('.')
    // `record()` and the functions of the gate write what these types say.
    const event = {
      kind,
      change,
      target: { id: row.target_id, name: row.target_name },
      ...(row.before !== null && { before: row.before }),
      ...(row.after !== null && { after: row.after }),
    } as LifecycleEvent
    return {
      event: {
        ...event,
        id: row.id,
        organizationId: row.organization_id,
        at: new Date(row.at),
        actor: { id: row.actor_id, name: row.actor_name },
        impersonatorId: row.impersonator_id,
      },
      attempts: row.attempts,
      heardBy: row.heard_by,
    }
  })
}

/** Who heard of an event; with `done` it is forgotten here, otherwise it is due again, later after each try. */
export async function noteHeard(scope: VisitorScope, event: DeliveredEvent, heardBy: readonly string[], done: boolean): Promise<void> {
  const names = sql`array(select jsonb_array_elements_text(${JSON.stringify(heardBy)}::text::jsonb))`
  await scope.db.execute(sql`select app.note_heard(${event.organizationId}, ${event.id}, ${names}, ${done})`)
}
