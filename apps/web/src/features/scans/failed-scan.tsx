import type { Scan } from '@carrel/api/schema/scans'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '#lib/i18n.ts'
import { scanSummary } from './scan-view.tsx'

/** The newest scan did not get through: what happened, what is safe, what to do. */
export function FailedScan({ scan, books, action }: { scan: Scan; books: number; action: ReactNode }) {
  return (
    <div className="mb-6 flex items-center gap-x-6 gap-y-3.5 rounded-box bg-warn-soft py-3 pr-3 pl-4 max-md:flex-col max-md:items-stretch max-md:px-4">
      <div role="status" className="flex min-w-0 flex-1 gap-3">
        <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0 text-warn" />
        <div className="min-w-0">
          <p className="font-semibold">{t('scan.failed.title')}</p>
          <p className="max-w-[80ch] text-small text-pretty">{scanSummary({ scan, books })}</p>
        </div>
      </div>
      {action}
    </div>
  )
}
