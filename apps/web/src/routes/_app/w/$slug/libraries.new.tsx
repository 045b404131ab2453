import { createFileRoute, Link } from '@tanstack/react-router'
import { Allowed } from '#components/allowed.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { LibraryForm } from '#features/libraries/library-form.tsx'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/libraries/new')({
  component: () => (
    <Allowed permission="library:create">
      <NewLibraryPage />
    </Allowed>
  ),
})

function NewLibraryPage() {
  const { account } = Route.useRouteContext()
  const { slug } = useWorkspace()
  const navigate = Route.useNavigate()
  usePageTitle(t('library.new.title'))
  return (
    <div className="max-w-[680px]">
      <PageHeading className="mb-6" description={t('library.new.text')}>
        {t('library.new.title')}
      </PageHeading>
      <LibraryForm
        askVisibility
        operator={account.user.operator}
        submitLabel={t('library.create')}
        onCreated={({ id }) =>
          void navigate({ to: '/w/$slug/libraries/$libraryId', params: { slug, libraryId: id }, search: {}, replace: true })
        }
        secondary={
          <Link to="/w/$slug" params={{ slug }} className={buttonVariants({ variant: 'ghost', size: 'large' })}>
            {t('action.cancel')}
          </Link>
        }
      />
    </div>
  )
}
