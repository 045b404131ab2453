/** What a record of each kind tells in the audit log and to those who listen. */
export type Records = {
  organization: { name: string; slug: string; language: string }
  library: { name: string; visibility: string }
  role: { name: string; description: string; permissions: readonly string[] }
  /** A member's roles: built-in ones by name, others by id. */
  assignment: { roles: readonly string[] }
  member: { name: string; roles: readonly string[] }
  team: { name: string }
  'team-member': { name: string; team: string }
  grant: { library: string; level: string }
  invitation: { email: string; roles: readonly string[] }
  'join-link': { roles: readonly string[]; maxUses: number | null; expiresAt: string | null }
  /** An operator acts in the place of the target; the gate writes it. Without a reason when it ends. */
  support: { reason?: string; until: string }
  /** The operator closed the workspace; the gate writes it. */
  suspension: { reason: string | null }
}
export type Kind = keyof Records
export type Change = 'created' | 'updated' | 'deleted'

/** Something that was done in a workspace, with the record as it was and as it is. */
export type LifecycleEvent = {
  [K in Kind]: { kind: K; target: { id: string; name: string } } & (
    | { change: 'created'; after: Records[K] }
    | { change: 'updated'; before: Records[K]; after: Records[K] }
    | { change: 'deleted'; before: Records[K] }
  )
}[Kind]
