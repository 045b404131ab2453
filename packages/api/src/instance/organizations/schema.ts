import * as z from 'zod'
import { limits } from '../../limits.ts'
import { Cursor, Id, PageSize, Reason, Timestamp } from '../../shapes.ts'

/** A workspace as the operator knows it: who answers for it and how large it is, and nothing of what it holds. */
export const InstanceOrganization = z.object({
  organizationId: Id,
  name: z.string(),
  slug: z.string(),
  createdAt: Timestamp,
  state: z.enum(['open', 'suspended', 'deleted']),
  suspension: z.object({ at: Timestamp, reason: z.string().nullable() }).nullable(),
  /** `restorableUntil`: from then on it may go for good. `byOperator`: its owners cannot open it again. */
  deletion: z.object({ at: Timestamp, restorableUntil: Timestamp, byOperator: z.boolean() }).nullable(),
  owners: z.array(z.object({ userId: Id, name: z.string(), email: z.string() })),
  members: z.number().int(),
  libraries: z.number().int(),
  books: z.number().int(),
  /** Of the files of all books, as the last scans met them. */
  bytes: z.number(),
  /** Bytes that its uploaded files may take at most; null: without limit. */
  maxBytes: z.number().int().nullable(),
})
export type InstanceOrganization = z.infer<typeof InstanceOrganization>

export const ListOrganizations = z.object({
  /** Part of a name or an address. */
  query: z.string().max(limits.queryLength).optional(),
  /** Absent: all that are not deleted. */
  state: z.enum(['open', 'suspended', 'deleted']).optional(),
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListOrganizations = z.infer<typeof ListOrganizations>

/** By name. */
export const OrganizationPage = z.object({ items: z.array(InstanceOrganization), nextCursor: Cursor.nullable() })
export type OrganizationPage = z.infer<typeof OrganizationPage>

export const OrganizationId = z.object({ organizationId: Id })
export const SuspendOrganization = OrganizationId.extend({ reason: Reason })
export const RemoveOrganization = OrganizationId.extend({
  /** The name, typed once more. */
  name: z.string().max(400),
})
/** Null: without limit. */
export const SetQuota = OrganizationId.extend({ maxBytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable() })
