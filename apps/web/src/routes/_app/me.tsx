import { createFileRoute } from '@tanstack/react-router'
import { use } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { Profile } from '#features/account/profile.tsx'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { WorkspaceContext } from '#lib/workspace.ts'
import { MyWorkspace } from './-my-workspace.tsx'

export const Route = createFileRoute('/_app/me')({ component: MePage })

function MePage() {
  const { account } = Route.useRouteContext()
  const workspace = use(WorkspaceContext)
  usePageTitle(t('nav.me'))
  return (
    <>
      <PageHeading>{t('nav.me')}</PageHeading>
      <Profile account={account} workspace={workspace && <MyWorkspace />} />
    </>
  )
}
