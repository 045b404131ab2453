import type { Scan } from '@carrel/api/schema/scans'
import { useInfiniteQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { Chip } from '#components/chip.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { formatDuration, formatMoment, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Every run over a library: when, why, how long, what became of it. */
export function ScanHistory({ libraryId }: { libraryId: string }) {
  const { api } = useWorkspace()
  const list = useInfiniteQuery(
    api.scans.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ libraryId, limit: 20, ...(cursor !== undefined && { cursor }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      // Runs end while one looks.
      staleTime: 0,
    }),
  )
  if (list.isPending) return <ListSkeleton />
  if (!list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
  const scans = list.data.pages.flatMap((page) => page.items)
  if (scans.length === 0) {
    return (
      <Notice title={t('scan.history.none.title')} art={<History aria-hidden size={40} strokeWidth={1.4} className="mb-4 text-muted" />}>
        {t('scan.history.none.text')}
      </Notice>
    )
  }
  return (
    <>
      <ul className="divide-y divide-line overflow-hidden rounded-box border border-line bg-card">
        {scans.map((scan) => (
          <Run key={scan.id} scan={scan} />
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  )
}

const states = {
  queued: 'scan.history.waiting',
  listing: 'scan.history.running',
  covering: 'scan.history.running',
  done: 'scan.history.done',
  failed: 'scan.history.failed',
  cancelled: 'scan.cancelled',
} as const

function Run({ scan }: { scan: Scan }) {
  const { startedAt, finishedAt } = scan
  const took = startedAt !== null && finishedAt !== null ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 : null
  return (
    <li className="px-4.5 py-3.5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <time dateTime={scan.createdAt} className="tabular font-medium">
          {formatMoment(startedAt ?? scan.createdAt)}
        </time>
        <Chip className={scan.status === 'failed' ? 'bg-warn-soft text-warn' : ''}>{t(states[scan.status])}</Chip>
      </p>
      <p className="mt-0.5 text-meta text-muted [overflow-wrap:anywhere]">
        {[partText(scan), reasonText(scan), took === null ? null : t('scan.history.took', { duration: formatDuration(took) })]
          .filter((part) => part !== null)
          .join(' · ')}
      </p>
      <p className="tabular mt-0.5 text-small">{changesText(scan)}</p>
      {scan.error !== null && <p className="mt-0.5 max-w-[80ch] text-small text-pretty text-warn">{scan.error}</p>}
    </li>
  )
}

const partText = ({ part }: Scan): string => {
  if (!part) return t('scan.history.whole')
  if (part.bookId !== null) return t('scan.history.book')
  return part.path ?? t('scan.history.folder')
}

const reasonText = ({ reason, askedBy }: Scan): string =>
  reason === 'asked'
    ? askedBy === null
      ? t('scan.history.by.nobody')
      : t('scan.history.by.asked', { name: askedBy })
    : t(`scan.history.by.${reason}`)

function changesText(scan: Scan): string {
  const parts = [
    scan.listed > 0 && t('scan.history.new', { count: formatNumber(scan.listed) }),
    scan.moved > 0 && t('scan.history.moved', { count: formatNumber(scan.moved) }),
    scan.restored > 0 && t('scan.history.restored', { count: formatNumber(scan.restored) }),
    scan.missing > 0 && t('scan.history.missing', { count: scan.missing }),
    scan.held > 0 && t('scan.history.held', { count: scan.held }),
    scan.problems > 0 && t('scan.history.problems', { count: scan.problems }),
    scan.unchanged > 0 && t('scan.history.unchanged', { count: formatNumber(scan.unchanged) }),
  ].filter((part) => part !== false)
  return parts.length > 0 ? parts.join(' · ') : t('scan.history.nothing')
}
