import { CloudOff } from 'lucide-react'
import { useConnection } from '#lib/connection.ts'
import { t } from '#lib/i18n.ts'

/** Says that the server does not answer, and that it is being asked again; at the foot, where pages leave room. */
export function ConnectionNote() {
  const lost = useConnection() === 'lost'
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-4 z-60 flex justify-center px-4 max-md:bottom-[calc(62px+env(safe-area-inset-bottom))] max-md:px-0 md:[body:has([data-side-bar])_&]:left-62"
    >
      {lost && (
        <p className="flex animate-appear items-center gap-2.5 border border-line bg-warn-soft px-4 py-2.5 text-small max-md:w-full max-md:justify-center max-md:py-2 max-md:text-meta max-md:border-x-0 max-md:border-b-0 md:rounded-box md:shadow-float">
          <CloudOff aria-hidden size={17} className="shrink-0 text-warn" />
          <span>
            <strong className="font-semibold">{t('connection.lost')}</strong> {t('connection.retrying')}
          </span>
        </p>
      )}
    </div>
  )
}
