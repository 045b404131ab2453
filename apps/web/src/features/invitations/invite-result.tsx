import type { InvitedAddress } from '@carrel/api/schema/invitations'
import { Check, CircleAlert, Copy, Minus } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { CopyField } from '#components/copy-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { DialogBody, DialogClose, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { copyFrom } from '#lib/clipboard.ts'
import { type MessageId, t } from '#lib/i18n.ts'

export type Outcome = InvitedAddress & { link: string | null }

const words: Readonly<Record<Outcome['outcome'], MessageId>> = {
  invited: 'invite.outcome.invited',
  'already-invited': 'invite.outcome.alreadyInvited',
  'already-member': 'invite.outcome.alreadyMember',
  'no-address': 'invite.outcome.noAddress',
}

/** What became of each address; with the links to pass on where no mail is sent. */
export function InviteResult({ outcomes, mailed }: { outcomes: readonly Outcome[]; mailed: boolean }) {
  const invited = outcomes.filter(({ outcome }) => outcome === 'invited')
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <>
      <DialogHeader
        titleRef={title}
        title={invited.length === 0 ? t('invite.result.none') : t('invite.result.title', { count: invited.length })}
        description={
          invited.length === 0 ? undefined : mailed ? t('invite.mailed.text') : `${t('invite.noMail.title')} ${t('invite.result.links')}`
        }
      />
      <DialogBody className="pb-5">
        <ul className="divide-y divide-line rounded-box border border-line">
          {outcomes.map((outcome) => (
            <Row key={outcome.email} outcome={outcome} mailed={mailed} />
          ))}
        </ul>
        {!mailed && invited.length > 0 && <p className="mt-3 text-meta text-pretty text-muted">{t('invite.link.note')}</p>}
      </DialogBody>
      <DialogFooter>
        {!mailed && invited.length > 1 && <CopyAll outcomes={invited} />}
        <DialogClose className={buttonVariants()}>{t('invite.done')}</DialogClose>
      </DialogFooter>
    </>
  )
}

function Row({ outcome: { email, outcome, link }, mailed }: { outcome: Outcome; mailed: boolean }) {
  const good = outcome === 'invited'
  const Icon = good ? Check : outcome === 'no-address' ? CircleAlert : Minus
  return (
    <li className="px-3.5 py-2.5">
      <div className="flex gap-3">
        <Icon
          aria-hidden
          size={17}
          className={
            good ? 'mt-0.5 shrink-0 text-accent' : outcome === 'no-address' ? 'mt-0.5 shrink-0 text-danger' : 'mt-0.5 shrink-0 text-muted'
          }
        />
        <div className="min-w-0 flex-1">
          <p className="font-medium [overflow-wrap:anywhere]">{email}</p>
          <p className="text-meta text-muted">{t(words[outcome])}</p>
        </div>
      </div>
      {good && !mailed && (
        <div className="mt-2">
          {link === null ? (
            <p className="text-meta text-danger">{t('invite.links.failed')}</p>
          ) : (
            <CopyField label={t('invite.link.of', { email })} value={link} />
          )}
        </div>
      )}
    </li>
  )
}

/** One line a person, to paste into a message or a table. */
function CopyAll({ outcomes }: { outcomes: readonly Outcome[] }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const [copied, setCopied] = useState(false)
  return (
    <>
      <textarea
        ref={field}
        readOnly
        tabIndex={-1}
        aria-label={t('invite.links.all')}
        className="sr-only"
        value={outcomes.map(({ email, link }) => `${email}\t${link ?? ''}`).join('\n')}
      />
      <Button
        variant="outline"
        onClick={() => {
          if (field.current) void copyFrom(field.current).then(setCopied)
        }}
      >
        {copied ? <Check aria-hidden size={15} className="text-accent" /> : <Copy aria-hidden size={15} />}
        {t(copied ? 'join.copied' : 'invite.links.copyAll')}
      </Button>
    </>
  )
}
