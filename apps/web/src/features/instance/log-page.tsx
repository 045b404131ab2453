import type { InstanceEvent } from '@carrel/api/schema/instance/audit'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useMemo } from 'react'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Select } from '#components/ui/select.tsx'
import { dayOf, dayText } from '#lib/days.ts'
import { formatMoment, formatTime } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { partsOf } from '#lib/isolates.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { admin } from './api.ts'
import { instanceKinds, type LogFilter, periods, startOf } from './log-filter.ts'
import { noteOf, sentenceOf } from './log-sentence.ts'

/** What operators did on this server, newest first. */
export function LogPage({ filter, onFilter }: { filter: LogFilter; onFilter: (filter: LogFilter) => void }) {
  const { by, kind, target, days } = filter
  usePageTitle(`${t('admin.log')} · ${t('admin.title')}`)
  const from = useMemo(() => (days === undefined ? undefined : startOf(days)), [days])
  const list = useInfiniteQuery(
    admin.audit.list.infiniteOptions({
      input: (cursor: string | undefined) => ({
        limit: 50,
        ...(by !== undefined && { actorId: by }),
        ...(kind && { kind }),
        ...(target !== undefined && { targetId: target }),
        ...(from !== undefined && { from }),
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const operators = useQuery(admin.users.list.queryOptions({ input: { only: 'operators', limit: 100 } }))
  const events = list.data?.pages.flatMap((page) => page.items)
  const filtered = Object.keys(filter).length > 0
  const known = events?.find(({ targetId }) => targetId === target)?.targetName
  const people = operators.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []
  // Who did it may be no operator any more.
  const stranger =
    by !== undefined && !people.some(({ value }) => value === by)
      ? [{ value: by, label: events?.find(({ actorId }) => actorId === by)?.actorName ?? t('activity.somebody') }]
      : []
  const set = (change: { [K in keyof LogFilter]: LogFilter[K] | undefined }): void => {
    const next = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined)
    onFilter(Object.fromEntries(next) as LogFilter)
  }
  return (
    <div className="max-w-3xl">
      <div className="mb-6 flex flex-wrap gap-2 max-md:grid max-md:grid-cols-[repeat(auto-fit,minmax(9rem,1fr))]">
        <Select
          label={t('activity.filter.kind')}
          value={kind ?? 'all'}
          options={[
            { value: 'all', label: t('activity.all') },
            ...instanceKinds.map((value) => ({ value, label: t(`admin.log.kind.${value}`) })),
          ]}
          onChange={(value) => set({ kind: value === 'all' ? undefined : value })}
          className="min-w-40 max-md:min-w-0"
        />
        <Select
          label={t('activity.filter.person')}
          value={by ?? 'all'}
          options={[{ value: 'all', label: t('activity.anybody') }, ...people, ...stranger]}
          onChange={(value) => set({ by: value === 'all' ? undefined : value })}
          className="max-w-60 min-w-40 max-md:max-w-none max-md:min-w-0"
        />
        <Select
          label={t('admin.log.period')}
          value={days ?? 'all'}
          options={[
            { value: 'all', label: t('admin.log.always') },
            ...periods.map((value) => ({ value, label: t('admin.log.days', { count: Number(value) }) })),
          ]}
          onChange={(value) => set({ days: value === 'all' ? undefined : value })}
          className="min-w-40 max-md:min-w-0"
        />
        {target !== undefined && (
          <button
            type="button"
            onClick={() => set({ target: undefined })}
            className="flex min-h-9 max-w-full items-center gap-2 rounded-full border border-line bg-card pr-2.5 pl-3.5 text-small hover:border-line-strong max-md:min-h-11"
          >
            <span dir="auto" className="truncate">
              {t('admin.log.only', { name: known ?? t('admin.log.oneThing') })}
            </span>
            <X aria-hidden size={14} className="shrink-0 text-muted" />
            <span className="sr-only">{t('activity.filter.clear')}</span>
          </button>
        )}
      </div>
      {list.isPending ? (
        <ListSkeleton />
      ) : !events ? (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : events.length === 0 ? (
        <Notice
          title={t(filtered ? 'activity.empty.filtered.title' : 'activity.empty.title')}
          {...(filtered
            ? {
                action: (
                  <Button variant="outline" onClick={() => onFilter({})}>
                    {t('activity.filter.clear')}
                  </Button>
                ),
              }
            : { art: <EmptyShelf /> })}
        >
          {t(filtered ? 'admin.log.empty.filtered' : 'admin.log.empty')}
        </Notice>
      ) : (
        <>
          <Days events={events} />
          <LoadMore list={list} />
        </>
      )}
    </div>
  )
}

function Days({ events }: { events: readonly InstanceEvent[] }) {
  const days = [...Map.groupBy(events, ({ at }) => dayOf(at))]
  return (
    <div className="flex flex-col gap-7">
      {days.map(([day, ofDay]) => (
        <section key={day} aria-label={dayText(ofDay[0]?.at ?? day)}>
          <h2 className="mb-2.5 text-meta font-medium text-muted">{dayText(ofDay[0]?.at ?? day)}</h2>
          <ul className="divide-y divide-line rounded-box border border-line bg-card">
            {ofDay.map((event) => (
              <EventRow key={event.id} event={event} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function EventRow({ event }: { event: InstanceEvent }) {
  const note = noteOf(event)
  return (
    <li className="flex items-start gap-3 px-4.5 py-3">
      <div className="min-w-0 flex-1">
        <p className="text-pretty [overflow-wrap:anywhere]">
          {partsOf(sentenceOf(event)).map(({ at, text, name }) =>
            name ? (
              <bdi key={at} className="font-semibold">
                {text}
              </bdi>
            ) : (
              text
            ),
          )}
        </p>
        {note !== null && (
          <p dir="auto" className="mt-0.5 border-l-2 border-line-strong pl-2.5 text-small text-as-parent [overflow-wrap:anywhere]">
            {note}
          </p>
        )}
        {event.address !== null && <p className="mt-0.5 text-meta text-muted">{t('activity.from', { address: event.address })}</p>}
      </div>
      <time dateTime={event.at} title={formatMoment(event.at)} className="tabular shrink-0 pt-px text-meta text-muted">
        {formatTime(event.at)}
      </time>
    </li>
  )
}
