import { RefreshCw } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

/** Says in an open form that somebody else saved these fields meanwhile, each with what it is now. */
export function ChangedElsewhere({
  fields,
  onTheirs,
  onMine,
}: {
  fields: readonly { label: string; now: string }[]
  onTheirs: () => void
  onMine: () => void
}) {
  return (
    <div role="status">
      {fields.length > 0 && (
        <div className="flex gap-2.5 rounded-box bg-warn-soft p-3.5 text-small">
          <RefreshCw aria-hidden size={16} className="mt-0.5 shrink-0 text-warn" />
          <div className="min-w-0">
            <p className="font-semibold">{t('changed.title')}</p>
            <ul>
              {fields.map(({ label, now }) => (
                <li key={label} className="[overflow-wrap:anywhere]">
                  {label}: <bdi>{now}</bdi>
                </li>
              ))}
            </ul>
            <div className="mt-2.5 flex flex-wrap gap-2">
              <Button variant="outline" onClick={onTheirs}>
                {t('changed.theirs')}
              </Button>
              <Button variant="ghost" onClick={onMine}>
                {t('changed.mine')}
              </Button>
            </div>
          </div>
        </div>
      )}
    </div>
  )
}
