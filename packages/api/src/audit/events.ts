/** What a record of each kind tells in the audit log and to those who listen. */
export type Records = {
  /** The logo by its version, where it was changed. */
  organization: { name: string; slug: string; language: string; logo?: string | null }
  /** Whether and when it is kept up to date, and how long what is missing is kept, where that was changed. */
  library: { name: string; visibility: string; watch?: boolean; schedule?: string | null; keepMissingNights?: number | null }
  /** Of the library that is named. */
  'library-folder': { path: string }
  /** Books that nobody found for long, and somebody removed; of the library that is named. */
  'missing-books': { books: number }
  role: { name: string; description: string; permissions: readonly string[] }
  /** A member's roles: built-in ones by name, others by id. */
  assignment: { roles: readonly string[] }
  member: { name: string; roles: readonly string[] }
  team: { name: string }
  'team-member': { name: string; team: string }
  grant: { library: string; level: string }
  invitation: { email: string; roles: readonly string[] }
  'metadata-field': { name: string; fieldKind: string; choices: readonly string[] }
  /** Of a book, named by its fields alone. */
  metadata: { library: string; fields: readonly string[] }
  'join-link': { roles: readonly string[]; maxUses: number | null; expiresAt: string | null }
  /** Put into the trash, and taken out of it. */
  book: { library: string }
  /** Of the library that is named: how many books were put into the trash, taken out of it, or removed from it for good. */
  trash: { books: number }
  /** What was taken out of the log. */
  audit: { format: string; actorId: string | null; kind: string | null; from: string | null; to: string | null }
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
    | (K extends 'book' ? { change: 'restored'; after: Records[K] } : never)
    | (K extends 'trash' ? { change: 'filled' | 'restored' | 'emptied'; after: Records[K] } : never)
    | (K extends 'audit' ? { change: 'exported'; after: Records[K] } : never)
  )
}[Kind]
