import type { Invitation } from '@carrel/api/schema/invitations'
import { formatAgo } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

const momentMs = 60_000

/** What became of the mail of an invitation, in plain words; `trouble` asks for a look. */
export function mailText(mail: Invitation['mail'], now: number = Date.now()): { text: string; trouble: boolean } {
  if (mail === null) return { text: t('invite.mail.none'), trouble: false }
  const { state, attempts, answer, at } = mail
  if (state === 'sent') {
    const text = now - Date.parse(at) < momentMs ? t('invite.mail.nowSent') : t('invite.mail.sent', { ago: formatAgo(at, now) })
    return { text, trouble: false }
  }
  if (state === 'failed')
    return { text: answer === null ? t('invite.mail.failedPlain') : t('invite.mail.failed', { answer }), trouble: true }
  if (attempts === 0) return { text: t('invite.mail.queued'), trouble: false }
  return { text: t('invite.mail.waiting', { count: attempts, answer: answer ?? '' }), trouble: true }
}
