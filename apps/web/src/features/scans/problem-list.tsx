import type { FileProblem, ProblemPage } from '@carrel/api/schema/scans'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, Eye, EyeOff, RefreshCw } from 'lucide-react'
import { LoadMore } from '#components/load-more.tsx'
import { Segments } from '#components/segments.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { formatAgo, formatBytes, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { codesAlike, problemDetail, problemTitle } from './problem-text.ts'

export type ProblemFilter = { ignored: boolean; reason?: string | undefined }

function useProblems(libraryId: string, { ignored, reason }: ProblemFilter) {
  const { api } = useWorkspace()
  return useInfiniteQuery(
    api.scans.problems.infiniteOptions({
      input: (cursor: string | undefined) => ({
        libraryId,
        ignored,
        limit: 50,
        ...(reason !== undefined && { codes: codesAlike(reason) }),
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: (old) => old,
    }),
  )
}

export function ProblemList({
  libraryId,
  filter,
  onFilter,
}: {
  libraryId: string
  filter: ProblemFilter
  onFilter: (filter: ProblemFilter) => void
}) {
  const list = useProblems(libraryId, filter)
  const retry = useRetry(libraryId)
  if (list.isPending) return <ProblemSkeleton />
  if (!list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
  const problems = list.data.pages.flatMap((page) => page.items)
  const [first] = list.data.pages
  const filtered = filter.ignored || filter.reason !== undefined
  return (
    <>
      {(filtered || problems.length > 0 || (first?.ignored ?? 0) > 0) && (
        <div className="mb-4 flex flex-wrap items-center gap-3">
          <Segments
            label={t('problems.show')}
            value={filter.ignored ? 'ignored' : 'open'}
            options={[
              { value: 'open', label: t('problems.open') },
              { value: 'ignored', label: t('problems.ignored') },
            ]}
            onChange={(show) => onFilter({ ignored: show === 'ignored' })}
          />
          <ReasonSelect reasons={first?.reasons ?? []} value={filter.reason} onChange={(reason) => onFilter({ ...filter, reason })} />
          {!filter.ignored && problems.length > 0 && (
            <Button
              variant="outline"
              className="ml-auto max-md:ml-0"
              disabled={retry.isPending}
              onClick={() => retry.mutate({ libraryId })}
            >
              <RefreshCw aria-hidden size={16} />
              {t('problems.retry.all')}
            </Button>
          )}
        </div>
      )}
      {problems.length === 0 ? (
        <Notice
          title={t(filter.ignored ? 'problems.ignored.none.title' : 'problems.none.title')}
          art={<CircleCheck aria-hidden size={40} strokeWidth={1.4} className="mb-4 text-accent" />}
        >
          {t(filter.ignored ? 'problems.ignored.none.text' : 'problems.none.text')}
        </Notice>
      ) : (
        <ul className="divide-y divide-line overflow-hidden rounded-box border border-line bg-card">
          {problems.map((problem) => (
            <Problem key={problem.id} libraryId={libraryId} problem={problem} />
          ))}
        </ul>
      )}
      <LoadMore list={list} />
    </>
  )
}

/** Codes that read alike are one reason. */
function ReasonSelect({
  reasons,
  value,
  onChange,
}: {
  reasons: ProblemPage['reasons']
  value: string | undefined
  onChange: (reason: string | undefined) => void
}) {
  const groups = [...Map.groupBy(reasons, (reason) => problemTitle(reason))]
  if (groups.length < 2 && value === undefined) return null
  const known = groups.some(([, [first]]) => first?.code === value)
  return (
    <NativeSelect
      aria-label={t('problems.reason')}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : currentTarget.value)}
      className="max-w-80 max-md:w-full max-md:max-w-none"
    >
      <option value="">{t('problems.reason.all')}</option>
      {value !== undefined && !known && <option value={value}>{problemTitle({ code: value })}</option>}
      {groups.map(([title, alike]) => (
        <option key={title} value={alike[0]?.code}>
          {t('problems.reason.count', { reason: title, count: formatNumber(alike.reduce((sum, { count }) => sum + count, 0)) })}
        </option>
      ))}
    </NativeSelect>
  )
}

function useRetry(libraryId: string) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  return useMutation(
    api.scans.retryProblems.mutationOptions({
      onError: toastError,
      onSuccess: ({ files }) => {
        toast(t('problems.retry.done', { count: files, files: formatNumber(files) }))
        void client.invalidateQueries({ queryKey: api.libraries.get.key({ input: { libraryId } }) })
      },
    }),
  )
}

function Problem({ libraryId, problem }: { libraryId: string; problem: FileProblem }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const retry = useRetry(libraryId)
  const ignore = useMutation(
    api.scans.ignoreProblem.mutationOptions({
      onError: toastError,
      onSuccess: () => {
        void client.invalidateQueries({ queryKey: api.scans.problems.key() })
        void client.invalidateQueries({ queryKey: api.libraries.key() })
      },
    }),
  )
  const cut = problem.path.lastIndexOf('/') + 1
  const file = problem.path.slice(cut)
  return (
    <li className="flex items-center gap-x-4 gap-y-2.5 px-4.5 py-3.5 max-md:flex-col max-md:items-stretch">
      <div className="min-w-0 flex-1">
        <p dir="ltr" className="font-medium [overflow-wrap:anywhere]">
          <span className="font-normal text-muted">{problem.path.slice(0, cut)}</span>
          {file}
        </p>
        <p className={problem.ignored ? 'mt-0.5 text-small text-muted' : 'mt-0.5 text-small text-warn'}>{problemTitle(problem)}</p>
        <p className="mt-0.5 text-meta text-muted">
          {[
            problemDetail(problem),
            problem.size === null ? null : formatBytes(problem.size),
            t('problems.seen', { ago: formatAgo(problem.seenAt) }),
          ]
            .filter((part) => part !== null)
            .join(' · ')}
        </p>
      </div>
      <div role="group" aria-label={t('problems.more', { file })} className="flex shrink-0 gap-2">
        {!problem.ignored && (
          <Button variant="outline" disabled={retry.isPending} onClick={() => retry.mutate({ libraryId, fileId: problem.id })}>
            <RefreshCw aria-hidden size={15} />
            {t('problems.retry')}
          </Button>
        )}
        <Button
          variant="ghost"
          disabled={ignore.isPending}
          onClick={() => ignore.mutate({ libraryId, fileId: problem.id, ignored: !problem.ignored })}
        >
          {problem.ignored ? <Eye aria-hidden size={15} /> : <EyeOff aria-hidden size={15} />}
          {t(problem.ignored ? 'problems.unignore' : 'problems.ignore')}
        </Button>
      </div>
    </li>
  )
}

function ProblemSkeleton() {
  return (
    <div aria-hidden className="divide-y divide-line rounded-box border border-line bg-card">
      {Array.from({ length: 5 }, (_, index) => (
        <div key={index} className="space-y-2 px-4.5 py-4">
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-3 w-1/3" />
        </div>
      ))}
    </div>
  )
}
