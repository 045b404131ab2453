import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { CoverFan } from '#features/books/cover-fan.tsx'
import { RecentShelf } from '#features/books/recent-shelf.tsx'
import { ShelfSkeleton } from '#features/books/shelf.tsx'
import { LibraryTile, tileGrid, TilesSkeleton } from '#features/libraries/library-tile.tsx'
import { useCan } from '#lib/can.ts'
import { partOfDay } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { LibraryStep } from '../../../-setup/library-step.tsx'

export const Route = createFileRoute('/_app/w/$slug/')({
  loader: ({ context: { api, queryClient } }) => {
    void queryClient.prefetchQuery(api.libraries.list.queryOptions())
  },
  component: HomePage,
})

function HomePage() {
  const { account } = Route.useRouteContext()
  const [part] = useState(() => partOfDay(new Date().getHours()))
  const { api, name } = useWorkspace()
  const { data: libraries, error, isPending, refetch } = useQuery(api.libraries.list.queryOptions())
  usePageTitle(name)
  return (
    <>
      <PageHeading className="mb-7">{t(`greeting.${part}`, { name: account.user.name })}</PageHeading>
      {isPending ? (
        <div className="flex flex-col gap-10">
          <div>
            <Skeleton className="mb-3.5 h-5.25 w-20" />
            <TilesSkeleton />
          </div>
          <ShelfSkeleton />
        </div>
      ) : !libraries ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : libraries.length === 0 ? (
        <FirstLibrary />
      ) : (
        <div className="flex flex-col gap-10">
          <section aria-labelledby="libraries-title">
            <h2 id="libraries-title" className="section-title mb-3.5">
              {t('nav.libraries')}
            </h2>
            <ul className={tileGrid}>
              {libraries.map((library) => (
                <li key={library.id} className="min-w-0">
                  <LibraryTile library={library} covers={<CoverFan libraryId={library.id} />} />
                </li>
              ))}
            </ul>
          </section>
          <RecentShelf only={libraries.length === 1 ? libraries[0]?.id : undefined} />
        </div>
      )}
    </>
  )
}

function FirstLibrary() {
  const can = useCan()
  const navigate = Route.useNavigate()
  if (!can('library:create')) {
    return (
      <Notice title={t('home.empty.title')} art={<EmptyShelf />}>
        {t('home.empty.memberText')}
      </Notice>
    )
  }
  return (
    <section aria-labelledby="first-library" className="max-w-[680px]">
      <h2 id="first-library" className="font-serif text-[1.3125rem] leading-snug font-[560]">
        {t('setup.library.title')}
      </h2>
      <p className="mt-0.5 mb-6 text-muted">{t('setup.library.reason')}</p>
      <LibraryStep onCreated={({ id }) => void navigate({ to: '/setup', search: { library: id } })} />
    </section>
  )
}
