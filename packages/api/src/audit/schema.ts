import * as z from 'zod'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

export const auditKinds = [
  'organization',
  'library',
  'library-folder',
  'missing-books',
  'role',
  'assignment',
  'member',
  'team',
  'team-member',
  'grant',
  'invitation',
  'join-link',
  'metadata-field',
  'metadata',
  'book',
  'trash',
  'audit',
  'support',
  'suspension',
] as const

export const AuditEvent = z.object({
  id: Id,
  at: Timestamp,
  /** Null when the server did it by itself. */
  actorId: Id.nullable(),
  actorName: z.string(),
  /** Done by the operator in the actor's place. */
  impersonated: z.boolean(),
  address: z.string().nullable(),
  /** Kind of thing and what became of it: `role.updated`. */
  action: z.string(),
  targetId: z.string().nullable(),
  targetName: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
})
export type AuditEvent = z.infer<typeof AuditEvent>

/** Which events: by whom, of which kind, from and until when. */
export const AuditFilter = z.object({
  actorId: Id.optional(),
  kind: z.enum(auditKinds).optional(),
  from: Timestamp.optional(),
  to: Timestamp.optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

export type ExportFormat = 'csv' | 'jsonl'

export const ListAudit = AuditFilter.extend({
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListAudit = z.infer<typeof ListAudit>

export const AuditPage = z.object({ items: z.array(AuditEvent), nextCursor: Cursor.nullable() })
export type AuditPage = z.infer<typeof AuditPage>
