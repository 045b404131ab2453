import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createFileRoute, Link, useRouter } from '@tanstack/react-router'
import { type ReactNode, useEffect, useMemo } from 'react'
import { FocusPage, Wordmark } from '#components/focus-page.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { OperatorForm } from '#features/setup/operator-form.tsx'
import { Stepper } from '#features/setup/stepper.tsx'
import { setupPlace, type SetupStep } from '#features/setup/steps.ts'
import { WorkspaceForm } from '#features/workspaces/workspace-form.tsx'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { workspaceApi } from '#lib/rpc.ts'
import { preferredMembership, rememberedWorkspace, toWorkspace, WorkspaceContext } from '#lib/workspace.ts'
import { LibraryStep } from './-setup/library-step.tsx'
import { ScanStep } from './-setup/scan-step.tsx'

type SetupSearch = { code?: string; library?: string }

export const Route = createFileRoute('/setup')({
  validateSearch: ({ code, library }: Record<string, unknown>): SetupSearch => ({
    ...(typeof code === 'string' && code !== '' ? { code: code.slice(0, 64) } : {}),
    ...(typeof library === 'string' ? { library } : {}),
  }),
  component: SetupPage,
})

function SetupPage() {
  const { code, library } = Route.useSearch()
  const navigate = Route.useNavigate()
  const client = useQueryClient()
  usePageTitle(t('setup.title'))

  const status = useQuery({ ...statusQuery, staleTime: 0 })
  const account = useQuery({ ...accountQuery, enabled: status.data?.needsSetup === false })
  const membership = account.data ? preferredMembership(account.data, rememberedWorkspace()) : undefined
  const api = membership && workspaceApi(membership.organizationId)
  const libraries = useQuery(api ? api.libraries.list.queryOptions() : { queryKey: ['no workspace'], queryFn: () => [], enabled: false })

  const failed = [status, account, libraries].find(({ isError, data }) => isError && data === undefined)
  if (failed) {
    return (
      <FocusPage>
        <ErrorNotice heading="h1" error={failed.error} onRetry={() => void client.refetchQueries()} />
      </FocusPage>
    )
  }
  const known = status.data?.needsSetup === true || account.data !== undefined
  if (!status.data || !known || (membership && !libraries.data)) return <SetupSkeleton />

  const place = setupPlace(status.data.needsSetup, account.data ?? null, membership ? (libraries.data ?? null) : null)
  const watched =
    library ??
    (place === 'scan' ? libraries.data?.find(({ scanning, lastScannedAt }) => scanning || lastScannedAt === null)?.id : undefined)
  const refresh = () => client.invalidateQueries()

  if (place === 'you') {
    return (
      <Step key="you" step="you" title={t('setup.you.title')} reason={t('setup.you.reason')}>
        <OperatorForm code={code} onCreated={() => void refresh().then(() => navigate({ search: {}, replace: true }))} />
      </Step>
    )
  }
  if (place === 'sign-in') return <Leave to="/sign-in?next=/setup" />
  if (place === 'workspace') {
    return (
      <Step key="workspace" step="workspace" title={t('setup.workspace.title')} reason={t('setup.workspace.reason')}>
        <WorkspaceForm submitLabel={t('setup.continue')} onCreated={() => void refresh()} />
      </Step>
    )
  }
  if (membership && watched !== undefined) {
    return (
      <Workspace membership={membership}>
        <FocusPage width="wide" top={<SetupTop step="scan" />}>
          <div className="mt-10">
            <ScanStep libraryId={watched} />
          </div>
        </FocusPage>
      </Workspace>
    )
  }
  if (place === 'library' && membership) {
    return (
      <Workspace membership={membership}>
        <Step key="library" step="library" title={t('setup.library.title')} reason={t('setup.library.reason')}>
          <LibraryStep
            onCreated={({ id }) => void navigate({ search: { library: id } }).then(refresh)}
            secondary={
              <Link to="/w/$slug" params={{ slug: membership.slug }} className={buttonVariants({ variant: 'ghost', size: 'large' })}>
                {t('setup.later')}
              </Link>
            }
          />
        </Step>
      </Workspace>
    )
  }
  return <Leave to="/" />
}

function Workspace({ membership, children }: { membership: Parameters<typeof toWorkspace>[0]; children: ReactNode }) {
  const workspace = useMemo(() => toWorkspace(membership), [membership])
  return <WorkspaceContext value={workspace}>{children}</WorkspaceContext>
}

/** Goes on once; the router's own `Navigate` would start anew with each render. */
function Leave({ to }: { to: string }) {
  const router = useRouter()
  useEffect(() => void router.navigate({ href: to, replace: true }), [router, to])
  return <SetupSkeleton />
}

function SetupTop({ step }: { step: SetupStep }) {
  return (
    <>
      <div className="mb-9">
        <Wordmark />
      </div>
      <Stepper current={step} />
    </>
  )
}

function Step({ step, title, reason, children }: { step: SetupStep; title: string; reason: string; children: ReactNode }) {
  useEffect(() => {
    document.querySelector<HTMLElement>('[data-page-heading]')?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [])
  return (
    <FocusPage width="wide" top={<SetupTop step={step} />}>
      <div className={step === 'library' ? 'mt-11 max-w-[680px]' : 'mt-11 max-w-[440px]'}>
        <PageHeading className="mb-6" description={reason}>
          {title}
        </PageHeading>
        {children}
      </div>
    </FocusPage>
  )
}

function SetupSkeleton() {
  return (
    <FocusPage width="wide">
      <div role="status" aria-label={t('state.loading')} className="mt-9 max-w-[440px]">
        <Skeleton className="h-4 w-full" />
        <Skeleton className="mt-14 h-7 w-56" />
        <Skeleton className="mt-3 h-4 w-72" />
      </div>
    </FocusPage>
  )
}
