import { CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Progress } from '#components/ui/progress.tsx'
import { formatNumber } from '#lib/format.ts'
import { t, type MessageId } from '#lib/i18n.ts'
import { StayHere } from './stay-here.tsx'
import { TakeBack } from './take-back.tsx'
import type { ImportState, Total } from './use-import.ts'

type RunStepProps = {
  state: ImportState
  /** In calibre. */
  books: number
  shelf: ReactNode
  /** Why some of calibre's books are not on the shelf. */
  missingText: string
  onStop: () => void
  onResume: () => void
  onBack: () => void
}

const titles = {
  running: 'calibre.running',
  stopped: 'calibre.stopped',
  failed: 'calibre.stopped',
  done: 'calibre.done',
} as const satisfies Record<ImportState['phase'], MessageId>

export function RunStep({ state: { phase, total, error }, books, shelf, missingText, onStop, onResume, onBack }: RunStepProps) {
  return (
    <>
      <section aria-live="polite" className="rounded-box border border-line bg-card px-4.5 py-4">
        <h2 className="flex items-center gap-2.5 section-title">
          {phase === 'done' && <CircleCheck aria-hidden size={19} className="text-accent" />}
          {t(titles[phase])}
        </h2>
        {phase !== 'done' && (
          <>
            <Progress value={books === 0 ? null : Math.min(1, total.books / books)} label={t('calibre.progress')} className="mt-3" />
            <p className="tabular mt-2 text-meta text-muted">
              {t('calibre.progress.text', { done: formatNumber(total.books), books: formatNumber(books) })}
            </p>
          </>
        )}
        <Counts total={total} />
      </section>
      <StayHere going={phase === 'running'} />
      <div className="mt-5 empty:hidden">
        <FormError error={error} />
      </div>
      <div className="mt-6 flex flex-wrap gap-2.5 max-md:*:flex-1">
        {phase === 'running' && (
          <Button variant="outline" onClick={onStop}>
            {t('calibre.stop')}
          </Button>
        )}
        {(phase === 'stopped' || phase === 'failed') && (
          <>
            <Button onClick={onResume}>{t('calibre.goOn')}</Button>
            <Button variant="outline" onClick={onBack}>
              {t('calibre.again')}
            </Button>
          </>
        )}
        {phase === 'done' && (
          <>
            {shelf}
            <Button variant="outline" onClick={onBack}>
              {t('calibre.again')}
            </Button>
          </>
        )}
        {phase !== 'running' && total.changeIds.length > 0 && <TakeBack changeIds={total.changeIds} onDone={onBack} />}
      </div>
      {total.missing.length > 0 && phase !== 'running' && <Missing total={total} text={missingText} />}
    </>
  )
}

const rows = ['changed', 'same', 'kept', 'readStates', 'values', 'notFound'] as const

/** What came of it; a row of which nothing came is left out, but for what changed. */
function Counts({ total }: { total: Total }) {
  const counts = { ...total, same: total.matched - total.changed }
  return (
    <dl className="mt-3 grid gap-x-8 gap-y-1.5 sm:grid-cols-2">
      {rows
        .filter((row) => row === 'changed' || counts[row] > 0)
        .map((row) => (
          <div key={row} className="flex items-baseline justify-between gap-4 border-b border-line pb-1.5">
            <dt className="text-muted">{t(`calibre.count.${row}`)}</dt>
            <dd className="tabular font-semibold">{formatNumber(counts[row])}</dd>
          </div>
        ))}
    </dl>
  )
}

function Missing({ total, text }: { total: Total; text: string }) {
  const more = total.notFound - total.missing.length
  return (
    <section aria-labelledby="calibre-missing" className="mt-8">
      <h2 id="calibre-missing" className="section-title">
        {t('calibre.missing')}
      </h2>
      <p className="mt-0.5 max-w-[72ch] text-pretty text-muted">{text}</p>
      <ul aria-labelledby="calibre-missing" className="mt-2.5 columns-2 gap-8 text-small max-md:columns-1">
        {total.missing.map((title, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two books may bear one title, and the list only grows
          <li key={index} dir="auto" className="truncate py-0.5 text-as-parent">
            {title}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="mt-1.5 text-meta text-muted">{t('calibre.missing.more', { count: more, books: formatNumber(more) })}</p>}
    </section>
  )
}
