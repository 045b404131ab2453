import type { Session } from '@carrel/api/schema/account'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type LucideIcon, MonitorSmartphone, Monitor, Smartphone, Tablet } from 'lucide-react'
import { useRef, useState } from 'react'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/class-names.ts'
import { formatDay } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { type Device, describeDevice, deviceText } from '#lib/device.ts'

const shownAtFirst = 5

const icons: Readonly<Record<Device['kind'], LucideIcon>> = {
  computer: Monitor,
  phone: Smartphone,
  tablet: Tablet,
  other: MonitorSmartphone,
}

/** Where somebody is signed in, and the way to end it there. */
export function Sessions() {
  const client = useQueryClient()
  const heading = useRef<HTMLHeadingElement>(null)
  const [all, setAll] = useState(false)
  const { data: sessions, error, refetch } = useQuery(instance.account.sessions.queryOptions())
  const options = {
    onSuccess: () => client.invalidateQueries({ queryKey: instance.account.sessions.key() }),
    onError: (failure: unknown) => {
      toastError(failure)
      void refetch()
    },
  }
  const end = useMutation(instance.account.endSession.mutationOptions(options))
  const endOthers = useMutation(instance.account.endOtherSessions.mutationOptions(options))
  const tell = (title: string) => {
    toast(title)
    // The button that was pressed is about to go.
    heading.current?.focus()
  }
  const shown = all ? sessions : sessions?.slice(0, shownAtFirst)
  const hidden = (sessions?.length ?? 0) - (shown?.length ?? 0)
  return (
    <section aria-labelledby="sessions-title">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h2 id="sessions-title" ref={heading} tabIndex={-1} className="section-title outline-none">
            {t('account.sessions.title')}
          </h2>
          <p className="mt-0.5 text-muted">{t('account.sessions.text')}</p>
        </div>
        {sessions && sessions.length > 1 && (
          <Button
            variant="outline"
            className="max-md:w-full"
            disabled={endOthers.isPending}
            onClick={() => endOthers.mutate(undefined, { onSuccess: () => tell(t('account.sessions.endedOthers')) })}
          >
            {t('account.sessions.endOthers')}
          </Button>
        )}
      </div>
      {error && !sessions ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} className="py-8" />
      ) : (
        <ul aria-labelledby="sessions-title" className="mt-3 divide-y divide-line rounded-box border border-line bg-card">
          {shown?.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              ending={end.isPending && end.variables.sessionId === session.id}
              onEnd={() => end.mutate({ sessionId: session.id }, { onSuccess: () => tell(t('account.sessions.ended')) })}
            />
          )) ??
            [0, 1].map((row) => (
              <li key={row} aria-hidden className="flex min-h-16 items-center gap-3.5 px-4">
                <Skeleton className="size-5" />
                <div className="flex-1 space-y-2">
                  <Skeleton className="h-3.5 w-40" />
                  <Skeleton className="h-3 w-56" />
                </div>
              </li>
            ))}
        </ul>
      )}
      {hidden > 0 && (
        <Button variant="ghost" className="mt-2 max-md:w-full" onClick={() => setAll(true)}>
          {t('account.sessions.more', { count: hidden })}
        </Button>
      )}
    </section>
  )
}

function SessionRow({ session, ending, onEnd }: { session: Session; ending: boolean; onEnd: () => void }) {
  const device = describeDevice(session.userAgent)
  const name = deviceText(device)
  const Icon = icons[device.kind]
  const used = t('account.sessions.used', { day: formatDay(session.usedAt) })
  return (
    <li className="flex min-h-16 items-center gap-3.5 px-4 py-3">
      <Icon aria-hidden size={20} strokeWidth={1.6} className="shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <span className="font-medium [overflow-wrap:anywhere]">{name}</span>
          {session.current && <Mark className="bg-accent-soft">{t('account.sessions.current')}</Mark>}
          {session.impersonated && <Mark className="bg-warn-soft text-warn">{t('account.sessions.impersonated')}</Mark>}
        </p>
        <p className="mt-0.5 text-meta text-muted [overflow-wrap:anywhere]">
          {session.address === null ? used : t('account.sessions.facts', { address: session.address, used })}
        </p>
      </div>
      {!session.current && (
        <Button variant="outline" disabled={ending} aria-label={t('account.sessions.endNamed', { device: name, used })} onClick={onEnd}>
          {t('user.signOut')}
        </Button>
      )}
    </li>
  )
}

function Mark({ className, children }: { className: string; children: string }) {
  return <span className={cn('rounded-full px-2 py-0.5 text-meta', className)}>{children}</span>
}
