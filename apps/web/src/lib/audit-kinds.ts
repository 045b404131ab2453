import type { ListAudit } from '@carrel/api/schema/audit'

type AuditKind = NonNullable<ListAudit['kind']>

const kinds: Readonly<Record<AuditKind, true>> = {
  member: true,
  assignment: true,
  role: true,
  team: true,
  'team-member': true,
  library: true,
  'library-folder': true,
  'missing-books': true,
  grant: true,
  invitation: true,
  'join-link': true,
  'metadata-field': true,
  metadata: true,
  book: true,
  trash: true,
  organization: true,
  audit: true,
  support: true,
  suspension: true,
}

export const auditKinds = Object.keys(kinds) as AuditKind[]

export const isAuditKind = (kind: unknown): kind is AuditKind => typeof kind === 'string' && Object.hasOwn(kinds, kind)
