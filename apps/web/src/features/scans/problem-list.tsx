import type { FileProblem } from '@carrel/api/schema/scans'
import { useInfiniteQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { formatAgo, formatBytes } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { problemDetail, problemTitle } from './problem-text.ts'

export function useProblems(libraryId: string) {
  const { api } = useWorkspace()
  return useInfiniteQuery(
    api.scans.problems.infiniteOptions({
      input: (cursor: string | undefined) => ({ libraryId, limit: 50, ...(cursor === undefined ? {} : { cursor }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  )
}

export function ProblemList({ libraryId }: { libraryId: string }) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useProblems(libraryId)
  if (isPending) return <ProblemSkeleton />
  if (!data) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  const problems = data.pages.flatMap((page) => page.items)
  if (problems.length === 0) {
    return (
      <Notice title={t('problems.none.title')} art={<CircleCheck aria-hidden size={40} strokeWidth={1.4} className="mb-4 text-accent" />}>
        {t('problems.none.text')}
      </Notice>
    )
  }
  return (
    <>
      <ul className="divide-y divide-line overflow-hidden rounded-box border border-line bg-card">
        {problems.map((problem) => (
          <Problem key={problem.id} problem={problem} />
        ))}
      </ul>
      {hasNextPage && (
        <div className="mt-5 text-center">
          <Button variant="outline" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('action.more')}
          </Button>
        </div>
      )}
    </>
  )
}

function Problem({ problem }: { problem: FileProblem }) {
  const cut = problem.path.lastIndexOf('/') + 1
  return (
    <li className="px-4.5 py-3.5">
      <p dir="ltr" className="font-medium [overflow-wrap:anywhere]">
        <span className="font-normal text-muted">{problem.path.slice(0, cut)}</span>
        {problem.path.slice(cut)}
      </p>
      <p className="mt-0.5 text-small text-warn">{problemTitle(problem)}</p>
      <p className="mt-0.5 text-meta text-muted">
        {[
          problemDetail(problem),
          problem.size === null ? null : formatBytes(problem.size),
          t('problems.seen', { ago: formatAgo(problem.seenAt) }),
        ]
          .filter((part) => part !== null)
          .join(' · ')}
      </p>
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
