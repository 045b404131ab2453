import { CloudOff } from 'lucide-react'
import { useConnection } from '#lib/connection.ts'
import { t } from '#lib/i18n.ts'

/** Says that the server does not answer, and that it is being asked again. */
export function ConnectionNote() {
  const lost = useConnection() === 'lost'
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 top-0 z-60 flex justify-center px-4">
      {lost && (
        <p className="mt-3 flex animate-appear items-center gap-2.5 rounded-box border border-line bg-warn-soft px-4 py-2.5 text-small shadow-float">
          <CloudOff aria-hidden size={17} className="shrink-0 text-warn" />
          <span>
            <strong className="font-semibold">{t('connection.lost')}</strong> {t('connection.retrying')}
          </span>
        </p>
      )}
    </div>
  )
}
