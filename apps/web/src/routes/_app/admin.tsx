import { useQuery } from '@tanstack/react-query'
import { createFileRoute, notFound, Outlet } from '@tanstack/react-router'
import { NotFoundPage } from '#components/page-states.tsx'
import { InstancePage } from '#features/instance/instance-page.tsx'
import { accountQuery } from '#lib/account.ts'

/** The operator's pages; for others there are none. */
export const Route = createFileRoute('/_app/admin')({
  beforeLoad: ({ context: { account } }) => {
    if (!account.user.operator) throw notFound()
  },
  component: AdminLayout,
  notFoundComponent: NotFoundPage,
})

function AdminLayout() {
  const { data: account } = useQuery(accountQuery)
  // Who gave it up has the page open still.
  if (account?.user.operator === false) return <NotFoundPage />
  return (
    <InstancePage>
      <Outlet />
    </InstancePage>
  )
}
