import { type MessageId, t } from './i18n.ts'

const labels: Readonly<Record<string, MessageId>> = {
  owner: 'memberRole.owner',
  admin: 'memberRole.admin',
  librarian: 'memberRole.librarian',
  member: 'memberRole.member',
  guest: 'memberRole.guest',
}

/** A built-in role in words; a role that a workspace made itself by its own name. */
export function roleLabel(role: string): string {
  const id = labels[role]
  return id === undefined ? role : t(id)
}
