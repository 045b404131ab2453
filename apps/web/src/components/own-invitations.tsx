import type { OwnInvitation } from '@carrel/api/schema/invitations'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { isNotFound } from '#lib/error-text.ts'
import { formatDate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { ownInvitationsQuery, ownInvitationText } from '#lib/own-invitations.ts'
import { instance } from '#lib/rpc.ts'
import { toast, toastError } from '#lib/toasts.ts'

/** Invitations that wait for the reader, each to accept or decline. Nothing when there is none. */
export function OwnInvitations({ onJoined, className }: { onJoined?: () => void; className?: string }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data } = useQuery(ownInvitationsQuery)
  const [declining, setDeclining] = useState<OwnInvitation | null>(null)
  const lookAgain = () => client.invalidateQueries({ queryKey: ownInvitationsQuery.queryKey })
  const accept = useMutation({
    mutationFn: async ({ id }: OwnInvitation) => {
      const { slug } = await instance.invitations.acceptOwn.call({ invitationId: id })
      await client.fetchQuery({ ...accountQuery, staleTime: 0 })
      onJoined?.()
      await navigate({ to: '/w/$slug', params: { slug } })
    },
    onError: (error) => toastError(error),
    onSettled: lookAgain,
  })
  const decline = useMutation({
    mutationFn: ({ id }: OwnInvitation) => instance.invitations.declineOwn.call({ invitationId: id }),
    onSettled: async (_data, error, { organizationName }) => {
      // Ended in the meantime: what was wanted is so.
      if (error && !isNotFound(error)) return
      setDeclining(null)
      toast(t('ownInvitation.declined', { name: organizationName }))
      await lookAgain()
    },
  })
  if (!data?.items.length) return null
  return (
    <>
      <ul aria-label={t('ownInvitation.title')} className={className}>
        {data.items.map((invitation) => (
          <li key={invitation.id} className="mt-2.5 rounded-box border border-accent/40 bg-accent-soft/40 px-4 py-3.5 first:mt-0">
            <div className="flex items-start gap-3">
              <InitialsBadge kind="workspace" name={invitation.organizationName} className="size-9 text-small" />
              <div className="min-w-0 flex-1">
                <p dir="auto" className="line-clamp-2 text-as-parent font-medium [overflow-wrap:anywhere]">
                  {invitation.organizationName}
                </p>
                <p className="text-small text-pretty text-muted [overflow-wrap:anywhere]">
                  {ownInvitationText(invitation)} {t('join.until', { date: formatDate(invitation.expiresAt) })}
                </p>
              </div>
            </div>
            <div className="mt-3 flex flex-wrap gap-2 pl-12">
              <Button
                disabled={accept.isPending}
                aria-label={t('ownInvitation.acceptNamed', { name: invitation.organizationName })}
                onClick={() => accept.mutate(invitation)}
              >
                {accept.isPending && accept.variables.id === invitation.id ? t('action.working') : t('ownInvitation.accept')}
              </Button>
              <Button
                variant="outline"
                aria-label={t('ownInvitation.declineNamed', { name: invitation.organizationName })}
                onClick={() => setDeclining(invitation)}
              >
                {t('ownInvitation.decline')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        subject={declining}
        onClose={() => setDeclining(null)}
        title={({ organizationName }) => t('join.decline.question', { name: organizationName })}
        text={() => t('join.decline.text')}
        confirm={t('join.decline.confirm')}
        pending={decline.isPending}
        error={isNotFound(decline.error) ? null : decline.error}
        onConfirm={(invitation) => decline.mutate(invitation)}
      />
    </>
  )
}
