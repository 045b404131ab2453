import type { OwnInvitation } from '@carrel/api/schema/invitations'
import { formatList } from './format.ts'
import { instance } from './rpc.ts'
import { t } from './i18n.ts'
import { roleLabel } from './role-label.ts'

/** Invitations that wait for the reader at their own address. */
export const ownInvitationsQuery = instance.invitations.listOwn.queryOptions({ staleTime: 15_000 })

/** Who invites them, and to what. */
export function ownInvitationText({ inviterName, builtinRoles, ownRoles }: OwnInvitation): string {
  const roles = formatList([...builtinRoles.map(roleLabel), ...ownRoles])
  return inviterName === '' ? t('ownInvitation.asRole', { roles }) : t('ownInvitation.by', { inviter: inviterName, roles })
}
