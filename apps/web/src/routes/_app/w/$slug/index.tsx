import { useQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { CoverFan } from '#features/books/cover-fan.tsx'
import { RecentShelf } from '#features/books/recent-shelf.tsx'
import { LibraryTile, tileGrid, TilesSkeleton } from '#features/libraries/library-tile.tsx'
import { useCan } from '#lib/can.ts'
import { partOfDay } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

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
        <TilesSkeleton />
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
  const { slug } = useWorkspace()
  const can = useCan()
  const allowed = can('library:create')
  return (
    <Notice
      title={t('home.empty.title')}
      art={<EmptyShelf />}
      action={
        allowed ? (
          <Link to="/w/$slug/libraries/new" params={{ slug }} className={buttonVariants({ size: 'large' })}>
            <Plus aria-hidden size={17} />
            {t('library.addFirst')}
          </Link>
        ) : undefined
      }
    >
      {t(allowed ? 'home.empty.text' : 'home.empty.memberText')}
    </Notice>
  )
}
