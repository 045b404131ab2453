import type { Invitation } from '@carrel/api/schema/invitations'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Copy, Ellipsis, Mail, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { statusQuery } from '#lib/account.ts'
import { isNotFound } from '#lib/error-text.ts'
import { cn } from '#lib/class-names.ts'
import { formatDate, formatIn, formatMoment } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { focusHeading } from '#lib/route-focus.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useCan } from '#lib/can.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { ConfirmEnd } from './confirm-end.tsx'
import { useGiftText } from './gifts.ts'
import { LinkDialog } from './link-dialog.tsx'
import { mailText } from './mail-text.ts'

/** While mails wait, what becomes of them is looked at this often. */
const lookAgainMs = 4000

function useInvitations(pending: boolean) {
  const { api } = useWorkspace()
  return useInfiniteQuery(
    api.invitations.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ pending, limit: 50, ...(cursor === undefined ? {} : { cursor }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      staleTime: 0,
      refetchInterval: ({ state: { data } }) =>
        data?.pages.some(({ items }) => items.some(({ mail }) => mail?.state === 'queued')) ? lookAgainMs : false,
    }),
  )
}

export function InvitationList({ pending }: { pending: boolean }) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInvitations(pending)
  const [linked, setLinked] = useState<Invitation | null>(null)
  const [revoked, setRevoked] = useState<Invitation | null>(null)
  const giftText = useGiftText()
  if (isPending) return <ListSkeleton />
  if (!data) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  const invitations = data.pages.flatMap((page) => page.items)
  return (
    <>
      {invitations.length === 0 ? (
        <Notice className="py-12" title={t(pending ? 'invite.empty.title' : 'invite.emptyPast.title')} art={<EmptyShelf />}>
          {t(pending ? 'invite.empty.text' : 'invite.emptyPast.text')}
        </Notice>
      ) : (
        <ul className="divide-y divide-line rounded-box border border-line bg-card">
          {invitations.map((invitation) => (
            <Row
              key={invitation.id}
              invitation={invitation}
              gifts={giftText(invitation)}
              onLink={() => setLinked(invitation)}
              onRevoke={() => setRevoked(invitation)}
            />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <div className="mt-5 text-center">
          <Button variant="outline" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('action.more')}
          </Button>
        </div>
      )}
      <LinkDialog invitation={linked} onClose={() => setLinked(null)} />
      {revoked && <Revoke invitation={revoked} onClose={() => setRevoked(null)} />}
    </>
  )
}

type RowProps = { invitation: Invitation; gifts: string; onLink: () => void; onRevoke: () => void }

function Row({ invitation, gifts, onLink, onRevoke }: RowProps) {
  const { email, inviter, createdAt, expiresAt, state, mail, endedAt, endReason } = invitation
  const open = state === 'pending'
  const { text, trouble } = mailText(mail)
  return (
    <li className="flex items-center gap-4 px-4 py-3 max-md:items-start max-md:gap-3 max-md:px-3.5">
      <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full bg-soft-strong text-muted max-md:mt-0.5">
        <Mail size={15} />
      </span>
      <div className="grid min-w-0 flex-1 gap-x-6 gap-y-0.5 md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)] md:items-center">
        <div className="min-w-0">
          <p className="font-medium [overflow-wrap:anywhere]">{email}</p>
          <p className="text-small text-muted [overflow-wrap:anywhere]">
            {open ? (
              <>
                <span className={trouble ? 'text-warn' : undefined}>{text}</span>
                {' · '}
                <time dateTime={expiresAt} title={formatDate(expiresAt)} className="inline-block">
                  {t('invite.expires', { when: formatIn(expiresAt) })}
                </time>
              </>
            ) : (
              <>
                <time
                  dateTime={endedAt ?? expiresAt}
                  title={formatMoment(endedAt ?? expiresAt)}
                  className={cn('inline-block', endReason !== null && 'text-warn')}
                >
                  {endReason === null
                    ? t(`invite.state.${state}`, { date: formatDate(endedAt ?? expiresAt) })
                    : t(`invite.ended.${endReason}`, {
                        date: formatDate(endedAt ?? expiresAt),
                        name: inviter ?? t('invite.ended.somebody'),
                      })}
                </time>
                {' · '}
                <time dateTime={createdAt} className="inline-block">
                  {t('invite.made', { date: formatDate(createdAt) })}
                </time>
              </>
            )}
            {inviter !== null && (
              <>
                {' · '}
                <bdi className="inline-block max-w-full">{t('invite.from', { name: inviter })}</bdi>
              </>
            )}
          </p>
        </div>
        <p className="text-small text-muted [overflow-wrap:anywhere] max-md:line-clamp-3 md:line-clamp-2" title={gifts}>
          {gifts}
        </p>
      </div>
      {(open || state === 'expired') && <RowActions invitation={invitation} onLink={onLink} onRevoke={onRevoke} />}
    </li>
  )
}

function RowActions({ invitation: { id, email, state }, onLink, onRevoke }: Omit<RowProps, 'gifts'>) {
  const can = useCan()
  const { api } = useWorkspace()
  const client = useQueryClient()
  const { data: status } = useQuery(statusQuery)
  const resend = useMutation(
    api.invitations.resend.mutationOptions({
      onSuccess: () => toast(t('invite.resent'), t('invite.resent.text')),
      onError: toastError,
      onSettled: () => client.invalidateQueries({ queryKey: api.invitations.key() }),
    }),
  )
  const open = state === 'pending'
  const mayCreate = can('invitation:create')
  const maySend = mayCreate && status?.mail === true
  const mayRevoke = open && can('invitation:cancel')
  if (!maySend && !mayRevoke && !(mayCreate && open)) return null
  return (
    <div className="flex shrink-0 items-center gap-2">
      {mayCreate && open && (
        <Button variant="outline" className="max-lg:hidden" aria-label={t('invite.link.of', { email })} onClick={onLink}>
          <Copy aria-hidden size={15} />
          {t('invite.copyLink')}
        </Button>
      )}
      <Menu>
        <MenuTrigger aria-label={t('invite.more', { name: email })} className={buttonVariants({ variant: 'outline', size: 'icon' })}>
          <Ellipsis aria-hidden size={17} />
        </MenuTrigger>
        <MenuContent align="end">
          {mayCreate && open && (
            <MenuItem className="lg:hidden" onClick={onLink}>
              <Copy aria-hidden size={16} className="text-muted" />
              {t('invite.copyLink')}
            </MenuItem>
          )}
          {maySend && (
            <MenuItem disabled={resend.isPending} onClick={() => resend.mutate({ invitationId: id })}>
              <Send aria-hidden size={16} className="text-muted" />
              {t('invite.resend')}
            </MenuItem>
          )}
          {mayRevoke && (
            <MenuItem onClick={onRevoke}>
              <Trash2 aria-hidden size={16} className="text-muted" />
              {t('invite.revoke')}
            </MenuItem>
          )}
        </MenuContent>
      </Menu>
    </div>
  )
}

function Revoke({ invitation: { id, email }, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const revoke = useMutation(
    api.invitations.revoke.mutationOptions({
      // Ended by somebody else in the meantime: what was wanted is so.
      onSettled: async (_data, error) => {
        if (error && !isNotFound(error)) return
        onClose()
        toast(t('invite.revoked'))
        await client.invalidateQueries({ queryKey: api.invitations.key() })
        focusHeading()
      },
    }),
  )
  return (
    <ConfirmEnd
      open
      onClose={onClose}
      question={t('invite.revoke.question', { email })}
      text={t('invite.revoke.text')}
      confirm={t('invite.revoke.confirm')}
      action={{ ...revoke, mutate: () => revoke.mutate({ invitationId: id }) }}
    />
  )
}

export function ListSkeleton() {
  return (
    <div role="status" className="divide-y divide-line rounded-box border border-line bg-card">
      <span className="sr-only">{t('state.loading')}</span>
      {[64, 48, 56].map((width) => (
        <div key={width} aria-hidden className="flex items-center gap-4 px-4 py-3.5">
          <Skeleton className="size-8 rounded-full" />
          <div className="flex-1 space-y-2">
            <Skeleton className="h-3.5" style={{ width: `${width / 2}%` }} />
            <Skeleton className="h-3" style={{ width: `${width / 1.4}%` }} />
          </div>
        </div>
      ))}
    </div>
  )
}
