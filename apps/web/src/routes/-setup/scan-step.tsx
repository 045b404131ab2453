import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { ErrorNotice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { CoverMosaic } from '#features/books/cover-mosaic.tsx'
import { filesSoFar } from '#features/scans/progress.ts'
import { ScanView } from '#features/scans/scan-view.tsx'
import { useCan } from '#lib/can.ts'
import { isScanning, useServerEvents } from '#lib/events.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** The first scan, watched; the stream tells, and a slow question stands in where it cannot. */
export function ScanStep({ libraryId }: { libraryId: string }) {
  const { api, slug } = useWorkspace()
  const can = useCan()
  useServerEvents()
  const { data, error, isPending, refetch } = useQuery(
    api.libraries.get.queryOptions({
      input: { libraryId },
      refetchInterval: ({ state }) => (state.data && (!state.data.scan || isScanning(state.data.scan)) ? 3000 : false),
    }),
  )
  const again = useMutation(api.libraries.scan.mutationOptions({ onSuccess: () => refetch() }))

  if (isPending) return <Skeleton className="h-8 w-64" />
  if (!data) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  const { scan } = data
  if (!scan) return <Skeleton className="h-8 w-64" />
  const ended = !isScanning(scan)
  const shelved = filesSoFar(scan)
  return (
    <ScanView
      scan={scan}
      books={data.bookCount}
      mosaic={<CoverMosaic libraryId={libraryId} live={!ended} />}
      actions={
        <>
          {ended && (scan.status === 'failed' || shelved === 0) && can('library:scan') && (
            <Button variant="outline" size="large" disabled={again.isPending} onClick={() => again.mutate({ libraryId })}>
              {t('library.scanAgain')}
            </Button>
          )}
          {scan.problems > 0 && (
            <Link
              to="/w/$slug/libraries/$libraryId/problems"
              params={{ slug, libraryId }}
              search={{}}
              className={buttonVariants({ variant: 'outline', size: 'large' })}
            >
              {t('scan.showProblems', { count: scan.problems, files: formatNumber(scan.problems) })}
            </Link>
          )}
          {(shelved > 0 || ended) && (
            <Link to="/w/$slug/libraries/$libraryId" params={{ slug, libraryId }} search={{}} className={buttonVariants({ size: 'large' })}>
              {t('scan.open')}
              <ArrowRight aria-hidden size={17} className="rtl:rotate-180" />
            </Link>
          )}
        </>
      }
    />
  )
}
