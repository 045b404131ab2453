import type { Scan } from '@carrel/api/schema/scans'
import type { ReactNode } from 'react'
import { Progress } from '#components/ui/progress.tsx'
import { formatDuration, formatNumber, formatRate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { filesSoFar, scanProgress } from './progress.ts'
import { useThrottled } from './use-throttled.ts'

const hasEnded = ({ status }: Scan): boolean => status === 'done' || status === 'failed' || status === 'cancelled'

type Told = {
  scan: Scan
  /** On the library's shelf. */
  books: number
}

/** A run over a library as a picture: two bars, the figures under them, the covers found so far. */
export function ScanView({ scan, books, mosaic, actions }: Told & { mosaic: ReactNode; actions: ReactNode }) {
  const text = scanSummary({ scan, books })
  const spoken = useThrottled(text, 8000)
  const { reading, covers } = scanProgress(scan)
  const ended = hasEnded(scan)
  return (
    <div>
      <h1 tabIndex={-1} data-page-heading className="page-title">
        {scanTitle(scan)}
      </h1>
      <p className="mt-1 text-pretty text-muted">{text}</p>
      <p aria-live="polite" className="sr-only">
        {spoken}
      </p>
      {!ended && (
        <div className="mt-5 grid grid-cols-2 gap-1.5">
          <Progress value={reading} label={t('scan.bar.reading')} className="rounded-r-[3px]" />
          <Progress value={covers} label={t('scan.bar.covers')} className="rounded-l-[3px]" />
        </div>
      )}
      <ScanFigures scan={scan} />
      {mosaic}
      <div className="mt-7 flex flex-wrap justify-end gap-2 max-md:flex-col-reverse max-md:items-stretch">{actions}</div>
    </div>
  )
}

export function ScanFigures({ scan }: { scan: Scan }) {
  const { remaining } = scanProgress(scan)
  const ended = hasEnded(scan)
  const covering = scan.status === 'covering'
  return (
    <dl className="tabular mt-3 flex flex-wrap items-baseline gap-x-6 gap-y-1 text-small text-muted">
      {!ended && scan.rate > 0 && (
        <Figure value={formatRate(scan.rate)} label={t(covering ? 'scan.coversPerSecond' : 'scan.filesPerSecond')} />
      )}
      {remaining !== null && <Figure value={formatDuration(remaining)} label={t('scan.remaining')} />}
      {!ended && !covering && scan.walked && scan.found > scan.processed && (
        <Figure value={formatNumber(scan.found - scan.processed)} label={t('scan.left', { count: scan.found - scan.processed })} />
      )}
      {covering && <Figure value={formatNumber(scan.covered)} label={t('scan.coversOf', { total: formatNumber(scan.coversTotal) })} />}
      {scan.problems > 0 && <Figure value={formatNumber(scan.problems)} label={t('scan.problems', { count: scan.problems })} warn />}
      {!ended && scan.currentFolder !== null && (
        <div className="min-w-0 basis-0 grow text-right max-md:basis-full max-md:text-left">
          <dt className="sr-only">{t('scan.currentFolder')}</dt>
          <dd className="truncate" dir="ltr" title={scan.currentFolder}>
            {scan.currentFolder}
          </dd>
        </div>
      )}
    </dl>
  )
}

/** What became of the files so far; only what there is. */
export function ScanCounts({ scan }: { scan: Scan }) {
  const counts = (['listed', 'unchanged', 'moved', 'restored', 'missing'] as const).filter((name) => scan[name] > 0)
  if (counts.length === 0) return null
  return (
    <dl className="tabular mt-1.5 flex flex-wrap items-baseline gap-x-6 gap-y-1 text-small text-muted">
      {counts.map((name) => (
        <Figure
          key={name}
          value={formatNumber(scan[name])}
          label={t(`scan.count.${name}`, { count: scan[name] })}
          warn={name === 'missing'}
        />
      ))}
    </dl>
  )
}

function Figure({ value, label, warn = false }: { value: string; label: string; warn?: boolean }) {
  return (
    <div className="flex flex-row-reverse gap-1">
      <dt>{label}</dt>
      <dd className={warn ? 'font-semibold text-warn' : 'font-semibold text-ink'}>{value}</dd>
    </div>
  )
}

function scanTitle(scan: Scan): string {
  if (scan.status === 'failed') return t('scan.failed.title')
  if (scan.status === 'cancelled') return t('scan.cancelled.title')
  if (scan.status !== 'done') return t('scan.running.title')
  return filesSoFar(scan) === 0 ? t('scan.empty.title') : t('scan.done.title')
}

/** One sentence on how far a scan is. */
export function scanSummary({ scan, books: count }: Told): string {
  const books = formatNumber(count)
  switch (scan.status) {
    case 'queued':
      return t('scan.queued.text')
    case 'failed':
      return t('scan.failed.text', { reason: scan.error ?? t('scan.failed.noReason') })
    case 'cancelled':
      return t('scan.cancelled.text', { count, books })
    case 'done':
      if (filesSoFar(scan) > 0) return t('scan.done.text', { count, books })
      return scan.problems > 0 ? t('scan.unreadable.text') : t('scan.empty.text')
    case 'covering':
      return t('scan.covering.text', { count, books })
    case 'listing':
      if (scan.found === 0) return t('scan.looking.text')
      return t(scan.walked ? 'scan.listing.text' : 'scan.listing.openText', {
        files: formatNumber(scan.processed),
        found: formatNumber(scan.found),
      })
  }
}
