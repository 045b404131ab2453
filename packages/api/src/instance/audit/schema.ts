import * as z from 'zod'
import { Cursor, Id, PageSize, Timestamp } from '../../shapes.ts'

export const instanceKinds = ['user', 'organization', 'settings', 'impersonation', 'mail', 'folder', 'permission'] as const
export type InstanceKind = (typeof instanceKinds)[number]

export const InstanceEvent = z.object({
  id: Id,
  at: Timestamp,
  /** Null for the command line. */
  actorId: Id.nullable(),
  actorName: z.string(),
  address: z.string().nullable(),
  /** `user.banned`, `organization.suspended`, `impersonation.started`, … */
  action: z.string(),
  targetId: z.string().nullable(),
  targetName: z.string().nullable(),
  reason: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
})
export type InstanceEvent = z.infer<typeof InstanceEvent>

export const ListInstanceAudit = z.object({
  actorId: Id.optional(),
  kind: z.enum(instanceKinds).optional(),
  /** A user, a workspace. */
  targetId: Id.optional(),
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListInstanceAudit = z.infer<typeof ListInstanceAudit>

/** Newest first. */
export const InstanceAuditPage = z.object({ items: z.array(InstanceEvent), nextCursor: Cursor.nullable() })
export type InstanceAuditPage = z.infer<typeof InstanceAuditPage>
