import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { Link, redirect, useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { FocusPage } from '#components/focus-page.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { safeNext } from '#lib/next-path.ts'
import { usePageTitle } from '#lib/page-title.ts'

/** Where to go once signed in. */
export type NextSearch = { next?: string }

export function validateNext(search: Record<string, unknown>): NextSearch {
  const next = safeNext(search['next'])
  return next === undefined ? {} : { next }
}

/** Leads on who is signed in, and to the setup while there is nobody to sign in. */
export async function requireVisitor(client: QueryClient, { next }: NextSearch) {
  const status = await client.ensureQueryData(statusQuery)
  if (status.needsSetup) throw redirect({ to: '/setup', replace: true })
  if (await client.ensureQueryData(accountQuery)) throw redirect({ href: next ?? '/', replace: true })
  return status
}

/** What is done once somebody is signed in: on to where they wanted to be. */
export function useEnter({ next }: NextSearch): () => Promise<void> {
  const router = useRouter()
  const client = useQueryClient()
  return async () => {
    await client.fetchQuery({ ...accountQuery, staleTime: 0 })
    await router.navigate({ href: next ?? '/', replace: true })
  }
}

/** A page for who is not signed in yet: a form, and the way to the other one. */
export function VisitorPage({ title, text, foot, children }: { title: string; text: string; foot: ReactNode; children: ReactNode }) {
  usePageTitle(title)
  return (
    <FocusPage>
      <PageHeading className="mt-9 mb-6" description={text}>
        {title}
      </PageHeading>
      {children}
      <p className="mt-6 text-muted">{foot}</p>
    </FocusPage>
  )
}

export function VisitorLink({ to, search, children }: { to: string; search?: NextSearch; children: ReactNode }) {
  return (
    <Link to={to} search={search ?? {}} className="rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink">
      {children}
    </Link>
  )
}
