import type { Scan } from '@carrel/api/schema/scans'
import { Link } from '@tanstack/react-router'
import { buttonVariants } from '#components/ui/button.tsx'
import { ScanStrip } from '#features/scans/scan-strip.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

export function RunningScan({ scan, books, mayCancel }: { scan: Scan; books: number; mayCancel: boolean }) {
  const { slug } = useWorkspace()
  return (
    <div className="mb-6">
      <ScanStrip
        scan={scan}
        books={books}
        mayCancel={mayCancel}
        action={
          scan.problems > 0 && (
            <Link
              to="/w/$slug/libraries/$libraryId/problems"
              params={{ slug, libraryId: scan.libraryId }}
              search={{}}
              className={buttonVariants({ variant: 'outline' })}
            >
              {t('scan.showProblems', { count: scan.problems, files: formatNumber(scan.problems) })}
            </Link>
          )
        }
      />
    </div>
  )
}
