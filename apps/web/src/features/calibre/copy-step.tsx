import { CircleAlert } from 'lucide-react'
import { FormError } from '#components/form-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Progress } from '#components/ui/progress.tsx'
import { formatBytes, formatNumber } from '#lib/format.ts'
import { t, type MessageId } from '#lib/i18n.ts'
import { StayHere } from './stay-here.tsx'
import type { CopyState, CopyTotal } from './use-copy.ts'

type CopyStepProps = {
  state: CopyState
  /** In calibre. */
  books: number
  problemText: (problem: { code: string; detail: string }) => string
  onStop: () => void
  onResume: () => void
  onBack: () => void
}

const titles = {
  running: 'calibre.copy.running',
  reading: 'calibre.copy.reading',
  stopped: 'calibre.copy.stopped',
  failed: 'calibre.copy.stopped',
  done: 'calibre.copy.reading',
} as const satisfies Record<CopyState['phase'], MessageId>

/** How far the books have come from calibre's folder. */
export function CopyStep({ state: { phase, total, waiting, error }, books, problemText, onStop, onResume, onBack }: CopyStepProps) {
  const going = phase === 'running' || phase === 'reading'
  return (
    <>
      <section aria-live="polite" className="rounded-box border border-line bg-card px-4.5 py-4">
        <h2 className="section-title">{t(titles[phase])}</h2>
        <Progress value={books === 0 ? null : Math.min(1, total.books / books)} label={t('calibre.copy.progress')} className="mt-3" />
        <p className="tabular mt-2 text-meta text-muted">
          {phase === 'reading' && waiting > 0
            ? t('calibre.copy.waiting', { count: waiting, files: formatNumber(waiting) })
            : t('calibre.progress.text', { done: formatNumber(total.books), books: formatNumber(books) })}
        </p>
        <p className="tabular mt-1 text-meta text-muted">{copiedText(total)}</p>
      </section>
      <StayHere going={going} />
      <div className="mt-5 empty:hidden">
        <FormError error={error} />
      </div>
      {error !== null && <p className="mt-2.5 max-w-[72ch] text-pretty text-muted">{t('calibre.copy.kept')}</p>}
      <div className="mt-6 flex flex-wrap gap-2.5 max-md:*:flex-1">
        {going ? (
          <Button variant="outline" onClick={onStop}>
            {t('calibre.stop')}
          </Button>
        ) : (
          <>
            <Button onClick={onResume}>{t('calibre.goOn')}</Button>
            <Button variant="outline" onClick={onBack}>
              {t('calibre.again')}
            </Button>
          </>
        )}
      </div>
      <CopyFailures total={total} problemText={problemText} />
    </>
  )
}

const copiedText = ({ files, bytes, skipped }: CopyTotal): string =>
  [
    t('calibre.copy.files', { count: files, files: formatNumber(files), size: formatBytes(bytes) }),
    ...(skipped > 0 ? [t('calibre.copy.skipped', { count: skipped, files: formatNumber(skipped) })] : []),
  ].join(' · ')

/** What was copied, above what was taken over. */
export function CopySummary({ total, problemText }: { total: CopyTotal } & Pick<CopyStepProps, 'problemText'>) {
  return (
    <div className="mb-5">
      <p className="tabular text-muted">{copiedText(total)}</p>
      <CopyFailures total={total} problemText={problemText} />
    </div>
  )
}

const own = { empty: 'error.emptyFile.title', 'too-large': 'error.uploadTooLarge.title', changed: 'calibre.copy.changed' } as const
const isOwn = (reason: string): reason is keyof typeof own => Object.hasOwn(own, reason)

function CopyFailures({ total: { failed, failures }, problemText }: { total: CopyTotal } & Pick<CopyStepProps, 'problemText'>) {
  if (failures === 0) return null
  const more = failures - failed.length
  return (
    <section aria-labelledby="calibre-failed" className="mt-5 rounded-box bg-warn-soft px-4.5 py-3.5">
      <h2 id="calibre-failed" className="flex items-center gap-2.5 font-semibold">
        <CircleAlert aria-hidden size={18} className="shrink-0 text-warn" />
        {t('calibre.copy.failed', { count: failures, files: formatNumber(failures) })}
      </h2>
      <ul aria-labelledby="calibre-failed" className="mt-1.5 text-small">
        {failed.map(({ title, reason }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two books may bear one title, and the list only grows
          <li key={index} dir="auto" className="py-0.5 [overflow-wrap:anywhere]">
            {t('calibre.copy.failure', { title, reason: isOwn(reason) ? t(own[reason]) : problemText({ code: reason, detail: '' }) })}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="mt-1 text-meta text-muted">{t('calibre.missing.more', { count: more, books: formatNumber(more) })}</p>}
    </section>
  )
}
