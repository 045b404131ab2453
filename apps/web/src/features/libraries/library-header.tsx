import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { bookCountText, libraryFacts } from './library-facts.ts'

export function LibraryHeader({ library, actions }: { library: LibraryDetail; actions: ReactNode }) {
  const { slug } = useWorkspace()
  return (
    <PageHeading
      className="mb-6"
      actions={actions}
      description={
        <span className="tabular">
          {library.kind === 'managed' && !library.scanning ? bookCountText(library) : libraryFacts(library)}
          {library.missingCount > 0 && (
            <>
              {' · '}
              <Link
                to="/w/$slug/libraries/$libraryId/missing"
                params={{ slug, libraryId: library.id }}
                className="rounded-[4px] whitespace-nowrap underline decoration-current/40 underline-offset-3 hover:decoration-current"
              >
                {t('library.missing', { count: library.missingCount, books: formatNumber(library.missingCount) })}
              </Link>
            </>
          )}
          {library.problemCount > 0 && !library.scanning && (
            <>
              {' · '}
              <Link
                to="/w/$slug/libraries/$libraryId/problems"
                params={{ slug, libraryId: library.id }}
                search={{}}
                className="rounded-[4px] whitespace-nowrap text-warn underline decoration-current/40 underline-offset-3 hover:decoration-current"
              >
                {t('library.problems', { count: library.problemCount, files: formatNumber(library.problemCount) })}
              </Link>
            </>
          )}
        </span>
      }
    >
      {library.name}
    </PageHeading>
  )
}

export function LibraryHeaderSkeleton({ actions }: { actions: ReactNode }) {
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3.5">
      <div aria-hidden className="flex h-14 flex-col justify-end">
        <Skeleton className="h-7 w-44" />
        <Skeleton className="mt-2.5 h-4 w-60" />
      </div>
      <div className="flex flex-wrap items-center gap-2">{actions}</div>
    </div>
  )
}
