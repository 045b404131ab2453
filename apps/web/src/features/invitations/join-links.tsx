import type { JoinLink } from '@carrel/api/schema/invitations'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link2, Plus } from 'lucide-react'
import { useState } from 'react'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { isNotFound } from '#lib/error-text.ts'
import { formatDate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { focusHeading } from '#lib/route-focus.ts'
import { toast } from '#lib/toasts.ts'
import { useCan } from '#lib/can.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { ConfirmEnd } from './confirm-end.tsx'
import { useGiftText } from './gifts.ts'
import { ListSkeleton } from './invitation-list.tsx'
import { JoinLinkDialog } from './join-link-dialog.tsx'

/** Links by which several people may join, with how often they were used. */
export function JoinLinks() {
  const can = useCan()
  const { api } = useWorkspace()
  const { data: links, error, isPending, refetch } = useQuery(api.joinLinks.list.queryOptions({ staleTime: 0 }))
  const [making, setMaking] = useState(false)
  const [ended, setEnded] = useState<JoinLink | null>(null)
  const giftText = useGiftText()
  return (
    <section aria-labelledby="join-links" className="mt-10">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 id="join-links" className="section-title">
            {t('join.links')}
          </h2>
          <p className="text-muted">{t('join.links.text')}</p>
        </div>
        {can('invitation:create') && (
          <Button variant="outline" onClick={() => setMaking(true)}>
            <Plus aria-hidden size={16} />
            {t('join.link.make')}
          </Button>
        )}
      </div>
      {isPending ? (
        <ListSkeleton />
      ) : !links ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : links.length === 0 ? (
        <p className="rounded-box border border-dashed border-line-strong px-4.5 py-5 text-muted">{t('join.links.none')}</p>
      ) : (
        <ul className="divide-y divide-line rounded-box border border-line bg-card">
          {links.map((link) => (
            <Row key={link.id} link={link} gifts={giftText(link)} onEnd={() => setEnded(link)} />
          ))}
        </ul>
      )}
      <JoinLinkDialog open={making} onOpenChange={setMaking} />
      {ended && <EndLink link={ended} onClose={() => setEnded(null)} />}
    </section>
  )
}

function Row({ link, gifts, onEnd }: { link: JoinLink; gifts: string; onEnd: () => void }) {
  const can = useCan()
  const { uses, maxUses, expiresAt, open, createdAt, endReason } = link
  const full = maxUses !== null && uses >= maxUses
  const until =
    expiresAt === null ? t('join.link.forever') : t(open || full ? 'join.link.open' : 'join.link.wasOpen', { date: formatDate(expiresAt) })
  return (
    <li className="flex items-center gap-4 px-4 py-3 max-md:gap-3 max-md:px-3.5">
      <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full bg-soft-strong text-muted">
        <Link2 size={16} />
      </span>
      <div className="min-w-0 flex-1">
        <p dir="auto" className="text-as-parent font-medium [overflow-wrap:anywhere]">
          {gifts}
        </p>
        <p className="tabular text-small text-muted">
          {maxUses === null ? t('join.link.used', { count: uses }) : t('join.link.usedOf', { uses, max: maxUses })}
          {' · '}
          <span className={open ? undefined : 'text-warn'}>
            {endReason === null ? (full ? t('join.link.usedUp') : until) : t(`join.link.ended.${endReason}`)}
          </span>
        </p>
      </div>
      {can('invitation:cancel') && endReason === null && (
        <Button variant="outline" aria-label={`${t('join.link.revoke')} ${gifts}, ${formatDate(createdAt)}`} onClick={onEnd}>
          {t('join.link.revoke')}
        </Button>
      )}
    </li>
  )
}

function EndLink({ link, onClose }: { link: JoinLink; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const revoke = useMutation(
    api.joinLinks.revoke.mutationOptions({
      onSettled: async (_data, error) => {
        if (error && !isNotFound(error)) return
        onClose()
        toast(t('join.link.revoked'))
        await client.invalidateQueries({ queryKey: api.joinLinks.key() })
        focusHeading()
      },
    }),
  )
  return (
    <ConfirmEnd
      open
      onClose={onClose}
      question={t('join.link.revoke.question')}
      text={t('join.link.revoke.text')}
      confirm={t('join.link.revoke.confirm')}
      action={{ ...revoke, mutate: () => revoke.mutate({ joinLinkId: link.id }) }}
    />
  )
}
