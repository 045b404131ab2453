import type { InstanceEvent } from '@carrel/api/schema/instance/audit'
import { formatBytes, formatDate, formatTime } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { isolate } from '#lib/isolates.ts'

type Values = Readonly<Record<string, unknown>>
const valuesOf = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {})
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const signUpText = (value: unknown): string =>
  isolate(value === 'open' || value === 'invite' || value === 'closed' ? t(`admin.signUp.${value}`) : textOf(value))

/** What an operator did, as somebody would say it. Names stand between isolates. */
export function sentenceOf(event: InstanceEvent): string {
  const [before, after] = [valuesOf(event.before), valuesOf(event.after)]
  const actor = isolate(event.actorId === null && event.actorName === '' ? t('admin.log.commandLine') : event.actorName)
  const target = isolate(event.targetName ?? '')
  const until = textOf(after['until'])
  switch (event.action) {
    case 'user.created':
    case 'user.unbanned':
    case 'user.sessions-ended':
    case 'user.made-operator':
    case 'user.unmade-operator':
    case 'user.password-reset':
    case 'user.deleted':
    case 'organization.suspended':
    case 'organization.resumed':
    case 'organization.deleted':
    case 'organization.restored':
    case 'organization.imported':
    case 'organization.exported':
    case 'impersonation.started':
    case 'impersonation.ended':
    case 'permission.added':
    case 'permission.removed':
      return t(`admin.log.${event.action}`, { actor, target })
    case 'user.banned':
      return until === ''
        ? t('admin.log.user.banned', { actor, target })
        : t('admin.log.user.bannedUntil', { actor, target, until: `${formatDate(until)}, ${formatTime(until)}` })
    case 'organization.limited':
      return t('admin.log.organization.limited', {
        actor,
        target,
        size: typeof after['maxBytes'] === 'number' ? formatBytes(after['maxBytes']) : t('admin.quota.none'),
      })
    case 'settings.updated':
      return t('admin.log.settings.signUp', { actor, before: signUpText(before['signUp']), after: signUpText(after['signUp']) })
    case 'mail.tested':
      return t(after['sent'] === true ? 'admin.log.mail.sent' : 'admin.log.mail.refused', { actor, target })
    case 'folder.assigned':
      return t('admin.log.folder.assigned', { actor, target, folder: isolate(textOf(after['path'])) })
    case 'folder.unassigned':
      return t('admin.log.folder.unassigned', { actor, target, folder: isolate(textOf(before['path'])) })
    default:
      return t('admin.log.other', { actor, target, action: event.action })
  }
}

/** Why it was done, or what came of it. */
export function noteOf({ action, reason, after }: InstanceEvent): string | null {
  return reason ?? (action === 'mail.tested' ? textOf(valuesOf(after)['answer']) || null : null)
}
