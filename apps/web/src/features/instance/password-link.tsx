import type { PasswordLink } from '@carrel/api/schema/instance/users'
import { MailCheck } from 'lucide-react'
import { CopyField } from '#components/copy-field.tsx'
import { formatDate, formatTime } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

/** How somebody sets a password: by the mail that goes out, or by a link that is shown this once. */
export function PasswordLinkNote({ link, email }: { link: PasswordLink; email: string }) {
  const until = `${formatDate(link.expiresAt)}, ${formatTime(link.expiresAt)}`
  if (link.path === null) {
    return (
      <p role="status" className="flex items-start gap-3 rounded-box bg-soft p-3.5">
        <MailCheck aria-hidden size={18} className="mt-px shrink-0 text-accent" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{t('admin.link.mailed', { email, until })}</span>
      </p>
    )
  }
  return (
    <>
      <CopyField label={t('admin.link.label', { email })} value={location.origin + link.path} />
      <p className="mt-2.5 text-meta text-muted">{t('admin.link.once', { until })}</p>
    </>
  )
}
