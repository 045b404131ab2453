import { guards } from '@carrel/auth/catalogue'
import type { AuditEvent } from '@carrel/api/schema/audit'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useMemo } from 'react'
import { Allowed } from '#components/allowed.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuLinkItem, MenuTrigger } from '#components/ui/menu.tsx'
import { Select } from '#components/ui/select.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { auditKinds } from '#lib/audit-kinds.ts'
import { useCan } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { roleLabel, roleName } from '#lib/role-label.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { dayText, dayOf } from '#lib/days.ts'
import { EventRow } from './event-row.tsx'
import { auditFilter, exportUrl, type ActivityFilter } from './filter.ts'
import { PeriodFilter } from './period-filter.tsx'
import { PersonFilter } from './person-filter.tsx'
import type { Names } from './sentence.ts'

type ActivityPageProps = { filter: ActivityFilter; onFilter: (filter: ActivityFilter) => void }

/** Who did what in this workspace. */
export function ActivityPage(props: ActivityPageProps) {
  return (
    <Allowed permission="audit:read">
      <Activity {...props} />
    </Allowed>
  )
}

function useNames(): Names {
  const { api } = useWorkspace()
  const can = useCan()
  const { data: roles } = useQuery(api.roles.list.queryOptions({ enabled: can(guards['roles.view']) }))
  const { data: libraries } = useQuery(api.libraries.list.queryOptions())
  return useMemo(
    () => ({
      role: (ref) => {
        const known = roles?.find((role) => role.ref === ref)
        if (known) return roleName(known)
        const label = roleLabel(ref)
        return label === ref ? t('activity.goneRole') : label
      },
      library: (id) => libraries?.find((library) => library.id === id)?.name ?? t('activity.goneLibrary'),
    }),
    [roles, libraries],
  )
}

function Activity({ filter, onFilter }: ActivityPageProps) {
  const { api, name } = useWorkspace()
  const can = useCan()
  const names = useNames()
  usePageTitle(`${t('activity.title')} · ${name}`)
  const list = useInfiniteQuery(
    api.audit.list.infiniteOptions({
      input: (cursor: string | undefined) => ({
        limit: 50,
        ...auditFilter(filter),
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  )
  const events = list.data?.pages.flatMap((page) => page.items)
  const filtered = Object.keys(filter).length > 0
  const everything = (
    <Button variant="outline" onClick={() => onFilter({})}>
      {t('activity.filter.clear')}
    </Button>
  )
  return (
    <div className="max-w-3xl">
      <PageHeading description={t('activity.text')} actions={<ExportMenu filter={filter} />}>
        {t('activity.title')}
      </PageHeading>
      <div className="mt-5 mb-6 flex flex-wrap gap-2 max-md:grid max-md:grid-cols-[repeat(auto-fit,minmax(9rem,1fr))]">
        {can('member:read') && (
          <PersonFilter
            value={filter.by}
            known={events?.find(({ actorId }) => actorId === filter.by)?.actorName}
            onChange={(by) => onFilter({ ...without(filter, 'by'), ...(by !== undefined && { by }) })}
          />
        )}
        <Select
          label={t('activity.filter.kind')}
          value={filter.kind ?? 'all'}
          options={[
            { value: 'all', label: t('activity.all') },
            ...auditKinds.map((kind) => ({ value: kind, label: t(`activity.kind.${kind}`) })),
          ]}
          onChange={(kind) => onFilter({ ...without(filter, 'kind'), ...(kind !== 'all' && { kind }) })}
          className="min-w-44 max-md:min-w-0"
        />
        <PeriodFilter value={filter} onChange={(period) => onFilter({ ...without(filter, 'from', 'to'), ...period })} />
      </div>
      {list.isPending ? (
        <ActivitySkeleton />
      ) : !events ? (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : events.length === 0 ? (
        filtered ? (
          <Notice title={t('activity.empty.filtered.title')} action={everything}>
            {t('activity.empty.filtered.text')}
          </Notice>
        ) : (
          <Notice title={t('activity.empty.title')} art={<EmptyShelf />}>
            {t('activity.empty.text')}
          </Notice>
        )
      ) : (
        <>
          <Days events={events} names={names} />
          <LoadMore list={list} />
        </>
      )}
    </div>
  )
}

function without(filter: ActivityFilter, ...fields: (keyof ActivityFilter)[]): ActivityFilter {
  return Object.fromEntries(Object.entries(filter).filter(([field]) => !fields.some((each) => each === field)))
}

/** What is shown, as a file. */
function ExportMenu({ filter }: { filter: ActivityFilter }) {
  const { organizationId } = useWorkspace()
  return (
    <Menu>
      <MenuTrigger className={buttonVariants({ variant: 'outline' })}>
        <Download aria-hidden size={16} />
        {t('activity.export')}
      </MenuTrigger>
      <MenuContent align="end" className="max-w-72">
        {(['csv', 'jsonl'] as const).map((format) => (
          <MenuLinkItem key={format} closeOnClick href={exportUrl(organizationId, format, filter)} download>
            <span>
              <span className="block">{t(`activity.export.${format}`)}</span>
              <span className="block text-meta text-muted">{t(`activity.export.${format}.text`)}</span>
            </span>
          </MenuLinkItem>
        ))}
      </MenuContent>
    </Menu>
  )
}

function Days({ events, names }: { events: readonly AuditEvent[]; names: Names }) {
  const days = [...Map.groupBy(events, ({ at }) => dayOf(at))]
  return (
    <div className="flex flex-col gap-7">
      {days.map(([day, ofDay]) => (
        <section key={day} aria-label={dayText(ofDay[0]?.at ?? day)}>
          <h2 className="mb-2.5 text-meta font-medium text-muted">{dayText(ofDay[0]?.at ?? day)}</h2>
          <ul className="divide-y divide-line rounded-box border border-line bg-card">
            {ofDay.map((event) => (
              <EventRow key={event.id} event={event} names={names} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function ActivitySkeleton() {
  return (
    <div aria-hidden className="divide-y divide-line rounded-box border border-line bg-card">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className="flex items-center gap-3.5 px-4.5 py-4">
          <Skeleton className="h-3.5 flex-1" />
          <Skeleton className="h-3 w-12" />
        </div>
      ))}
    </div>
  )
}
