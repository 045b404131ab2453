import type { Scan } from '@carrel/api/schema/scans'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ScanDot } from '#components/scan-dot.tsx'
import { Button } from '#components/ui/button.tsx'
import { Progress } from '#components/ui/progress.tsx'
import { t } from '#lib/i18n.ts'
import { toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { scanProgress } from './progress.ts'
import { ScanCounts, ScanFigures, scanSummary } from './scan-view.tsx'

/** The running scan above a library's grid; one over a part of it is a line. `mayCancel`: for those who may scan. */
export function ScanStrip({ scan, books, action, mayCancel }: { scan: Scan; books: number; action: ReactNode; mayCancel: boolean }) {
  const { api } = useWorkspace()
  const cancel = useMutation(api.libraries.cancelScan.mutationOptions({ onError: toastError }))
  const { reading, covers } = scanProgress(scan)
  if (scan.part) {
    const folder = scan.currentFolder ?? scan.part.path
    return (
      <p className="flex items-center gap-2 text-small text-muted">
        <ScanDot scanning />
        <span className="min-w-0 truncate">{folder ? t('scan.quiet', { folder }) : t('scan.quiet.somewhere')}</span>
      </p>
    )
  }
  return (
    <section aria-label={t('scan.region')} className="rounded-box border border-line bg-card px-4.5 py-3.5">
      <div className="flex items-center justify-between gap-4 max-md:flex-col max-md:items-stretch max-md:gap-2.5">
        <p className="min-w-0">{scanSummary({ scan, books })}</p>
        <div className="flex flex-wrap gap-2 empty:hidden">
          {action}
          {mayCancel && (
            <Button
              variant="outline"
              disabled={cancel.isPending || cancel.isSuccess}
              onClick={() => cancel.mutate({ libraryId: scan.libraryId, scanId: scan.id })}
            >
              {t(cancel.isSuccess ? 'action.working' : 'scan.cancel')}
            </Button>
          )}
        </div>
      </div>
      <div className="mt-2.5 grid grid-cols-2 gap-1">
        <Progress value={reading} label={t('scan.bar.reading')} className="h-1.5" />
        <Progress value={covers} label={t('scan.bar.covers')} className="h-1.5" />
      </div>
      <ScanFigures scan={scan} />
      <ScanCounts scan={scan} />
    </section>
  )
}
