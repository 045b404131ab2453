import type { Scan } from '@carrel/api/schema/scans'
import { CircleAlert } from 'lucide-react'
import { t } from '#lib/i18n.ts'
import { scanSummary } from './scan-view.tsx'

/** The newest scan did not get through: what happened, what is safe, what to do. */
export function FailedScan({ scan }: { scan: Scan }) {
  return (
    <div role="status" className="mb-6 flex gap-2.5 rounded-box bg-warn-soft px-4 py-3 text-small">
      <CircleAlert aria-hidden size={17} className="mt-px shrink-0 text-warn" />
      <p className="min-w-0 [overflow-wrap:anywhere]">
        <strong className="font-semibold">{t('scan.failed.title')}.</strong> {scanSummary(scan)}
      </p>
    </div>
  )
}
