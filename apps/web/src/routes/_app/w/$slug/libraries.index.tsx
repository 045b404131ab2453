import { useQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { PageHeading } from '#components/page-heading.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { CoverFan } from '#features/books/cover-fan.tsx'
import { LibraryTile, tileGrid, TilesSkeleton } from '#features/libraries/library-tile.tsx'
import { useCan } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/libraries/')({ component: LibrariesPage })

function LibrariesPage() {
  const { api, slug } = useWorkspace()
  const can = useCan()
  const { data: libraries, error, isPending, refetch } = useQuery(api.libraries.list.queryOptions())
  usePageTitle(t('nav.libraries'))
  return (
    <>
      <PageHeading
        className="mb-6"
        actions={
          can('library:create') ? (
            <Link to="/w/$slug/libraries/new" params={{ slug }} className={buttonVariants({ variant: 'outline' })}>
              <Plus aria-hidden size={16} />
              {t('nav.newLibrary')}
            </Link>
          ) : undefined
        }
      >
        {t('nav.libraries')}
      </PageHeading>
      {isPending ? (
        <TilesSkeleton />
      ) : !libraries ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : libraries.length === 0 ? (
        <Notice title={t('home.empty.title')} art={<EmptyShelf />}>
          {t(can('library:create') ? 'home.empty.text' : 'home.empty.memberText')}
        </Notice>
      ) : (
        <ul className={tileGrid}>
          {libraries.map((library) => (
            <li key={library.id} className="min-w-0">
              <LibraryTile library={library} covers={<CoverFan libraryId={library.id} />} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
