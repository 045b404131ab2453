import type { Account } from '@carrel/api/schema/account'
import { Link } from '@tanstack/react-router'
import { ChevronRight, LogOut, Server } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '#components/ui/button.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { t } from '#lib/i18n.ts'
import { stopImpersonating } from '#lib/identity.ts'
import { signOut } from '#lib/session.ts'
import { setTheme, themes, useTheme } from '#lib/theme.ts'
import { Email } from './email-form.tsx'
import { Memberships } from './memberships.tsx'
import { NameCard } from './name-card.tsx'
import { Password } from './password-form.tsx'
import { Sessions } from './sessions.tsx'

/** What a person can see and set about themselves. */
export function Profile({ account, workspace }: { account: Account; workspace: ReactNode }) {
  const theme = useTheme()
  const { user } = account
  return (
    <div className="mt-6 flex max-w-2xl flex-col gap-9">
      <NameCard user={user} />
      <section aria-labelledby="theme-title">
        <h2 id="theme-title" className="section-title mb-3">
          {t('theme.label')}
        </h2>
        <RadioGroup
          aria-labelledby="theme-title"
          value={theme}
          onValueChange={(next) => setTheme(next)}
          className="grid gap-2.5 sm:grid-cols-3"
        >
          {themes.map((option) => (
            <RadioCard key={option} value={option} title={t(`theme.${option}`)} description={t(`theme.${option}.text`)} />
          ))}
        </RadioGroup>
      </section>
      {workspace}
      <Memberships memberships={account.memberships} suspended={account.suspended} deleted={account.deleted} />
      <Email user={user} />
      <Password email={user.email} />
      <Sessions />
      {user.operator && (
        <Link
          to="/admin"
          className="flex min-h-14 items-center gap-3 rounded-box border border-line bg-card px-4.5 transition-colors duration-150 hover:border-line-strong"
        >
          <Server aria-hidden size={19} strokeWidth={1.7} className="text-muted" />
          <span className="flex-1">{t('admin.title')}</span>
          <ChevronRight aria-hidden size={17} className="text-muted rtl:rotate-180" />
        </Link>
      )}
      <Button
        variant="outline"
        className="self-start max-md:self-stretch"
        onClick={() => void (account.impersonation ? stopImpersonating(user.id) : signOut())}
      >
        <LogOut aria-hidden size={16} />
        {t(account.impersonation ? 'impersonation.stop' : 'user.signOut')}
      </Button>
    </div>
  )
}
