import type { InstanceUser } from '@carrel/api/schema/instance/users'
import { Chip } from '#components/chip.tsx'
import { formatDate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

export function banText({ until }: NonNullable<InstanceUser['ban']>): string {
  return until === null ? t('admin.user.banned') : t('admin.user.bannedUntil', { date: formatDate(until, 'medium') })
}

/** What is out of the ordinary about an account. */
export function UserChips({ user, self = false }: { user: Pick<InstanceUser, 'operator' | 'ban'>; self?: boolean }) {
  return (
    <>
      {self && <Chip className="bg-accent-soft font-medium text-accent">{t('member.you')}</Chip>}
      {user.operator && <Chip className="bg-accent-soft text-accent">{t('admin.user.operator')}</Chip>}
      {user.ban && <Chip className="bg-danger-soft text-danger">{banText(user.ban)}</Chip>}
    </>
  )
}
