import type { AuditEvent } from '@carrel/api/schema/audit'
import { formatList } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { isolate } from '#lib/isolates.ts'

/** Names of what the log knows by id only. */
export type Names = { role: (ref: string) => string; library: (id: string) => string }

type Values = Readonly<Record<string, unknown>>
const valuesOf = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {})
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [])

const levelText = (level: string): string => {
  if (level === 'viewer' || level === 'contributor' || level === 'editor' || level === 'manager') return t(`level.${level}`)
  return level
}

/** What was done, as somebody would say it. Names stand between isolates. */
export function sentenceOf(event: AuditEvent, names: Names): string {
  const [before, after] = [valuesOf(event.before), valuesOf(event.after)]
  const actor = isolate(event.actorName || t('activity.server'))
  const target = isolate(event.targetName ?? '')
  const renamed = textOf(before['name']) !== textOf(after['name'])
  const old = isolate(textOf(before['name']))
  const library = isolate(names.library(textOf(after['library'] ?? before['library'])))
  const level = levelText(textOf(after['level']))
  const team = isolate(textOf(after['team'] ?? before['team']))
  switch (event.action) {
    case 'library.created':
    case 'library.deleted':
    case 'invitation.created':
    case 'join-link.created':
    case 'metadata-field.created':
    case 'metadata-field.deleted':
    case 'organization.deleted':
    case 'organization.restored':
    case 'support.created':
    case 'support.deleted':
    case 'suspension.created':
    case 'suspension.deleted':
    case 'role.created':
    case 'role.deleted':
    case 'team.created':
    case 'team.deleted':
      return t(`activity.${event.action}`, { actor, target })
    case 'library.updated':
      if (before['visibility'] !== after['visibility'])
        return t(after['visibility'] === 'restricted' ? 'activity.library.restricted' : 'activity.library.opened', { actor, target })
      return renamed ? t('activity.library.renamed', { actor, target, before: old }) : t('activity.library.updated', { actor, target })
    case 'library-folder.created':
    case 'library-folder.deleted':
      return t(`activity.${event.action}`, { actor, target, path: isolate(textOf(after['path'] ?? before['path'])) })
    case 'library-folder.updated':
      return t('activity.library-folder.updated', {
        actor,
        target,
        before: isolate(textOf(before['path'])),
        path: isolate(textOf(after['path'])),
      })
    case 'trash.filled':
    case 'trash.restored':
    case 'trash.emptied':
      return t(`activity.${event.action}`, { actor, target, count: Number(after['books']) })
    case 'missing-books.deleted':
      return t('activity.missing-books.deleted', { actor, target, count: Number(before['books']) })
    case 'role.updated':
      if (renamed) return t('activity.role.renamed', { actor, target, before: old })
      return t(
        listOf(before['permissions']).toSorted().join() === listOf(after['permissions']).toSorted().join()
          ? 'activity.role.updated'
          : 'activity.role.permissions',
        { actor, target },
      )
    case 'metadata-field.updated':
      return renamed
        ? t('activity.metadata-field.renamed', { actor, target, before: old })
        : t('activity.metadata-field.updated', { actor, target })
    case 'book.deleted':
    case 'book.restored':
      return t(`activity.${event.action}`, { actor, target, library: isolate(textOf(after['library'] ?? before['library'])) })
    case 'metadata.updated':
      return t('activity.metadata.updated', { actor, target, library })
    case 'organization.updated':
      if (before['logo'] !== after['logo'])
        return t(typeof after['logo'] === 'string' ? 'activity.organization.logo' : 'activity.organization.noLogo', { actor, target })
      return renamed
        ? t('activity.organization.renamed', { actor, target, before: old })
        : t('activity.organization.updated', { actor, target })
    case 'team.updated':
      return t('activity.team.renamed', { actor, target, before: old })
    case 'team-member.created':
    case 'team-member.deleted':
      return t(`activity.${event.action}`, { actor, target, team })
    case 'grant.created':
    case 'grant.updated':
    case 'grant.deleted':
      return t(`activity.${event.action}`, { actor, target, library, level })
    case 'member.created':
      return t('activity.member.created', { target })
    case 'member.deleted':
      return t(event.actorId === event.targetId ? 'activity.member.left' : 'activity.member.deleted', { actor, target })
    case 'invitation.deleted':
    case 'join-link.deleted': {
      if (event.actorId !== null) return t(`activity.${event.action}`, { actor, target })
      const inviter = isolate(textOf(after['inviter']))
      return t(`activity.${event.action}.${after['reason'] === 'inviter-left' ? 'left' : 'rights'}`, { actor, target, inviter })
    }
    case 'audit.exported':
      return t('activity.audit.exported', { actor, format: textOf(after['format']) === 'jsonl' ? 'JSON lines' : 'CSV' })
    case 'assignment.updated': {
      const [had, has] = [listOf(before['roles']), listOf(after['roles'])]
      const given = has.filter((ref) => !had.includes(ref))
      const taken = had.filter((ref) => !has.includes(ref))
      const words = (refs: readonly string[]): string => formatList(refs.map((ref) => isolate(names.role(ref))))
      const values = { actor, target, given: words(given), taken: words(taken) }
      if (given.length > 0 && taken.length > 0) return t('activity.assignment.both', { ...values, count: given.length })
      if (given.length > 0) return t('activity.assignment.given', { ...values, count: given.length })
      return taken.length > 0
        ? t('activity.assignment.taken', { ...values, count: taken.length })
        : t('activity.assignment.same', { actor, target })
    }
    default:
      return t('activity.other', { actor, target, action: event.action })
  }
}

const fields = [
  'name',
  'slug',
  'language',
  'email',
  'description',
  'visibility',
  'roles',
  'permissions',
  'team',
  'library',
  'level',
  'fieldKind',
  'choices',
  'reason',
] as const
export type Field = (typeof fields)[number]
export type Difference = { field: Field; before: unknown; after: unknown }

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What the record tells, field by field; of a change only what became different. */
export function differencesOf(event: AuditEvent): Difference[] {
  const [before, after] = [valuesOf(event.before), valuesOf(event.after)]
  const changed = event.before !== null && event.after !== null && !event.action.endsWith('.deleted')
  return fields
    .filter((field) => (field in before || field in after) && !(changed && same(before[field], after[field])))
    .filter((field) => changed || !same(before[field] ?? after[field], ''))
    .map((field) => ({ field, before: before[field], after: after[field] }))
}
