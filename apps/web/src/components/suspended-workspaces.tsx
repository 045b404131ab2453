import type { Account } from '@carrel/api/schema/account'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { EmptyShelf, Notice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { formatDate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { toastError } from '#lib/toasts.ts'

type Suspended = Account['suspended'][number]

/** Workspaces that the operator closed, in lists of workspaces. */
export function SuspendedWorkspaces({ workspaces, className }: { workspaces: readonly Suspended[]; className?: string }) {
  if (workspaces.length === 0) return null
  return (
    <ul aria-label={t('suspended.list')} className={className}>
      {workspaces.map(({ organizationId, name, slug }) => (
        <li
          key={organizationId}
          className="relative mt-2.5 flex items-center gap-3 rounded-box border border-dashed border-line-strong px-4 py-3"
        >
          <InitialsBadge kind="workspace" name={name} className="size-9 bg-soft-strong text-small text-muted" />
          <span className="min-w-0 flex-1">
            <Link
              to="/w/$slug"
              params={{ slug }}
              dir="auto"
              className="line-clamp-2 rounded-[4px] text-as-parent font-medium [overflow-wrap:anywhere] decoration-line-strong underline-offset-3 after:absolute after:inset-0 hover:underline"
            >
              {name}
            </Link>
            <span className="block text-meta text-warn">{t('suspended.short')}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

/** In place of every page of a workspace while it is closed. */
export function SuspendedWorkspace({ workspace: { name, reason, suspendedAt } }: { workspace: Suspended }) {
  const client = useQueryClient()
  const router = useRouter()
  const [asking, setAsking] = useState(false)
  usePageTitle(t('suspended.title'))
  useEffect(() => document.querySelector<HTMLElement>('[data-page-heading]')?.focus({ preventScroll: true }), [])
  const lookAgain = async (): Promise<void> => {
    setAsking(true)
    try {
      await client.fetchQuery({ ...accountQuery, staleTime: 0 })
      await router.invalidate()
    } catch (error) {
      toastError(error)
    } finally {
      setAsking(false)
    }
  }
  return (
    <Notice
      heading="h1"
      className="py-24"
      title={t('suspended.of', { name })}
      art={<EmptyShelf />}
      action={
        <>
          <Link to="/workspaces" className={buttonVariants({ variant: 'outline' })}>
            {t('account.workspaces.title')}
          </Link>
          <Button variant="outline" disabled={asking} onClick={() => void lookAgain()}>
            {t(asking ? 'action.working' : 'noRoots.again')}
          </Button>
        </>
      }
    >
      <p>{t(reason === null ? 'suspended.textPlain' : 'suspended.text', { date: formatDate(suspendedAt) })}</p>
      {reason !== null && (
        <blockquote dir="auto" className="mt-4 rounded-box bg-soft px-4 py-3 text-left text-ink [overflow-wrap:anywhere]">
          {reason}
        </blockquote>
      )}
      <p className="mt-4">{t('suspended.kept')}</p>
    </Notice>
  )
}
