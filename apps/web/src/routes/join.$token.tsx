import type { Opening } from '@carrel/api/schema/invitations'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { FocusPage, Wordmark } from '#components/focus-page.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { WaitingPage } from '#components/page-states.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { DeclineButton } from '#features/joining/decline-button.tsx'
import { JoinAs, OtherAddress } from '#features/joining/join-as.tsx'
import { JoinWithAccount, SignInLink } from '#features/joining/join-with-account.tsx'
import type { Joined } from '#features/joining/joined.ts'
import { accountQuery } from '#lib/account.ts'
import { isNotFound } from '#lib/error-text.ts'
import { formatDate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { focusHeading } from '#lib/route-focus.ts'
import { instance } from '#lib/rpc.ts'

export const Route = createFileRoute('/join/$token')({ component: JoinPage })

/** Nobody is asked about what cannot be a token. */
const form = /^[\w-]{43}$/

function JoinPage() {
  const { token } = Route.useParams()
  const known = form.test(token)
  const client = useQueryClient()
  const navigate = Route.useNavigate()
  const opening = useQuery(instance.invitations.preview.queryOptions({ input: { token }, enabled: known, staleTime: 0 }))
  const account = useQuery({ ...accountQuery, enabled: known })
  const [declined, setDeclined] = useState(false)
  const [joined, setJoined] = useState<Joined | null>(null)
  usePageTitle(opening.data ? t('join.title', { name: opening.data.organizationName }) : undefined)

  /** Stands until the workspace is there, so that nothing flickers in between. */
  const enter = async (to: Joined): Promise<void> => {
    setJoined(to)
    try {
      await client.fetchQuery({ ...accountQuery, staleTime: 0 })
      await navigate({ to: '/w/$slug', params: { slug: to.slug }, replace: true })
    } catch {
      location.replace(`/w/${to.slug}`)
    }
  }
  const lookAgain = (): void => {
    void opening.refetch()
    void account.refetch()
  }

  const failed = isNotFound(opening.error) ? null : (opening.error ?? account.error)
  if (joined) return <WaitingPage />
  if (!known || isNotFound(opening.error)) return <UnknownLink />
  if (!opening.data || account.data === undefined) {
    return failed ? <ErrorNotice heading="h1" className="py-24" error={failed} onRetry={lookAgain} /> : <WaitingPage />
  }
  if (declined) return <Declined name={opening.data.organizationName} />
  if (opening.data.arrived) return <Arrived name={opening.data.organizationName} slug={opening.data.arrived.slug} />
  if (opening.data.state !== 'open') return <Closed opening={opening.data} signedIn={account.data !== null} />

  const { organizationName, logo, email, kind, signUp } = opening.data
  const user = account.data?.user
  const acting = { token, onJoined: enter, onRefused: lookAgain }
  return (
    <FocusPage>
      <WorkspaceBadge name={organizationName} logo={logo} className="mt-9 size-12 rounded-box text-section" />
      <PageHeading className="mt-4 mb-6" description={<Invitation opening={opening.data} />}>
        <bdi className="[overflow-wrap:anywhere]">{t('join.title', { name: organizationName })}</bdi>
      </PageHeading>
      {user ? (
        email === null || email === user.email.toLowerCase() ? (
          <JoinAs user={user} {...acting} />
        ) : (
          <OtherAddress user={user} email={email} />
        )
      ) : signUp ? (
        <JoinWithAccount email={email} {...acting} />
      ) : (
        <div className="flex flex-col gap-4.5">
          <p className="text-pretty text-muted">{t('join.closed')}</p>
          <SignInLink email={email} prominent />
        </div>
      )}
      {kind === 'invitation' && (
        <div className="mt-8 border-t border-line pt-4">
          <DeclineButton token={token} organizationName={organizationName} onDone={() => setDeclined(true)} />
        </div>
      )}
    </FocusPage>
  )
}

function Invitation({ opening: { inviterName, email, expiresAt } }: { opening: Opening }) {
  const invited = inviterName === '' ? 'join.somebody' : email === null ? 'join.anybody' : 'join.address'
  return (
    <span className="text-pretty [overflow-wrap:anywhere]">
      {t(invited, { inviter: inviterName, email: email ?? '' })} {expiresAt && t('join.until', { date: formatDate(expiresAt) })}
    </span>
  )
}

function Bare({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  usePageTitle(title)
  return (
    <FocusPage top={<Wordmark />}>
      <Notice heading="h1" className="px-0 py-20" title={title} art={<Envelope />} action={action}>
        {children}
      </Notice>
    </FocusPage>
  )
}

function UnknownLink() {
  return <Bare title={t('join.unknown.title')}>{t('join.unknown.text')}</Bare>
}

function Declined({ name }: { name: string }) {
  useEffect(focusHeading, [])
  return <Bare title={t('join.declined.title')}>{t('join.declined.text', { name })}</Bare>
}

function Arrived({ name, slug }: { name: string; slug: string }) {
  const action = (
    <Link to="/w/$slug" params={{ slug }} className={buttonVariants({ variant: 'primary' })}>
      {t('join.arrived.open')}
    </Link>
  )
  return (
    <Bare title={t('join.arrived.title', { name })} action={action}>
      {t('join.arrived.text')}
    </Bare>
  )
}

function Closed({ opening, signedIn }: { opening: Opening; signedIn: boolean }) {
  const { state, kind, expiresAt, organizationName, inviterName } = opening
  const inviter = inviterName === '' ? t('join.theWorkspace', { name: organizationName }) : inviterName
  const link = kind === 'join-link'
  const action = (
    <Link to={signedIn ? '/' : '/sign-in'} className={buttonVariants({ variant: 'outline' })}>
      {t(signedIn ? 'join.open' : 'signIn.submit')}
    </Link>
  )
  if (state === 'expired') {
    return (
      <Bare title={t(link ? 'join.expired.linkTitle' : 'join.expired.title')} action={signedIn ? action : undefined}>
        {t('join.expired.text', { date: expiresAt === null ? '' : formatDate(expiresAt), name: organizationName, inviter })}
      </Bare>
    )
  }
  return (
    <Bare title={t(link ? 'join.ended.linkTitle' : 'join.ended.title')} action={action}>
      {t(link ? 'join.ended.linkText' : 'join.ended.text', { name: organizationName, inviter })}
    </Bare>
  )
}

/** A letter, as calm as the empty shelf. */
function Envelope() {
  return (
    <svg aria-hidden width="104" height="76" viewBox="0 0 104 76" fill="none" className="mb-6 text-line-strong">
      <rect x="14" y="12" width="76" height="52" rx="5" fill="var(--soft)" stroke="currentColor" strokeWidth="2" />
      <path d="M15.500 15.500 49 41a5 5 0 0 0 6 0l33.500-25.500" stroke="currentColor" strokeWidth="2" strokeLinejoin="round" />
      <circle cx="52" cy="45" r="8" fill="var(--accent-soft)" stroke="var(--accent)" strokeWidth="2" />
    </svg>
  )
}
