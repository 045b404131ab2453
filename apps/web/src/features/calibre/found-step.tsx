import type { CalibreFolder } from '@carrel/api/schema/calibre'
import { CircleAlert } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { problemText } from './column-text.ts'
import { placeKey } from './place.ts'

type FoundStepProps = {
  folders: readonly CalibreFolder[]
  chosen: string | null
  onChoose: (place: string) => void
  onRetry: () => void
  onContinue: () => void
  /** To what was chosen before it. */
  onBack?: () => void
  text: string
}

function factsOf({ found }: CalibreFolder): string {
  if (!found.ok) return problemText(found.problem)
  const books = t('calibre.books', { count: found.books, books: formatNumber(found.books) })
  const own = found.columns.filter(({ key }) => key !== 'rating').length
  return `${books} · ${t('calibre.ownColumns', { count: own, columns: formatNumber(own) })}`
}

/** What lies in the folders of the library; one that can be read is chosen. */
export function FoundStep({ folders, chosen, onChoose, onRetry, onContinue, onBack, text }: FoundStepProps) {
  const readable = folders.filter(({ found }) => found.ok)
  const broken = folders.filter(({ found }) => !found.ok)
  return (
    <>
      {readable.length > 1 && (
        <RadioGroup
          aria-label={t('calibre.which')}
          value={chosen}
          onValueChange={(next) => onChoose(String(next))}
          className="grid gap-2.5"
        >
          {readable.map((folder) => (
            <RadioCard key={placeKey(folder)} value={placeKey(folder)} title={folder.name} description={factsOf(folder)} />
          ))}
        </RadioGroup>
      )}
      {readable.length === 1 &&
        readable.map((folder) => (
          <div key={placeKey(folder)} className="rounded-box border border-line bg-card px-4.5 py-4">
            <p dir="auto" className="font-semibold [overflow-wrap:anywhere]">
              {folder.name}
            </p>
            <p className="tabular text-muted">{factsOf(folder)}</p>
          </div>
        ))}
      {broken.map((folder) => (
        <div key={placeKey(folder)} role="status" className="mt-2.5 flex gap-3 rounded-box bg-warn-soft px-4 py-3">
          <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0 text-warn" />
          <div className="min-w-0">
            <p dir="auto" className="font-semibold [overflow-wrap:anywhere]">
              {folder.name}
            </p>
            <p className="text-small text-pretty">{factsOf(folder)}</p>
          </div>
        </div>
      ))}
      {readable.length > 0 && <p className="mt-4 max-w-[72ch] text-pretty text-muted">{text}</p>}
      <div className="mt-6 flex flex-wrap gap-2.5 max-md:*:flex-1">
        {readable.length > 0 && <Button onClick={onContinue}>{t('calibre.continue')}</Button>}
        {onBack && (
          <Button variant="outline" onClick={onBack}>
            {t('calibre.back')}
          </Button>
        )}
        {broken.length > 0 && (
          <Button variant="outline" onClick={onRetry}>
            {t('action.retry')}
          </Button>
        )}
      </div>
    </>
  )
}
