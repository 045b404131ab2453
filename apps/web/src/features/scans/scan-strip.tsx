import type { Scan } from '@carrel/api/schema/scans'
import type { ReactNode } from 'react'
import { Progress } from '#components/ui/progress.tsx'
import { t } from '#lib/i18n.ts'
import { scanProgress } from './progress.ts'
import { ScanFigures, scanSummary } from './scan-view.tsx'

/** The running scan above a library's grid. */
export function ScanStrip({ scan, action }: { scan: Scan; action: ReactNode }) {
  const { reading, covers } = scanProgress(scan)
  return (
    <section aria-label={t('scan.region')} className="rounded-box border border-line bg-card px-4.5 py-3.5">
      <div className="flex items-center justify-between gap-4">
        <p className="min-w-0">{scanSummary(scan)}</p>
        {action}
      </div>
      <div className="mt-2.5 grid grid-cols-2 gap-1">
        <Progress value={reading} label={t('scan.bar.reading')} className="h-1.5" />
        <Progress value={covers} label={t('scan.bar.covers')} className="h-1.5" />
      </div>
      <ScanFigures scan={scan} />
    </section>
  )
}
