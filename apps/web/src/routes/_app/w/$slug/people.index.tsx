import type { RoleRef } from '@carrel/api/schema/roles'
import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { InviteButton } from '#features/invitations/invite-button.tsx'
import { parseQuery } from '#features/search/query.ts'
import { lazyComponent } from '#lib/lazy-component.ts'
import { isRoleRef } from '#lib/role-label.ts'

const load = () => import('#features/people/members-page.tsx')
const MembersPage = lazyComponent(load, 'MembersPage')

export const Route = createFileRoute('/_app/w/$slug/people/')({
  validateSearch: (search: Record<string, unknown>): { q?: string; role?: RoleRef } => {
    const q = parseQuery(search['q'])
    return { ...(q !== '' && { q }), ...(isRoleRef(search['role']) && { role: search['role'] }) }
  },
  loader: () => void load(),
  component: PeopleRoute,
})

function PeopleRoute() {
  const { q = '', role } = Route.useSearch()
  const navigate = Route.useNavigate()
  const search = useCallback(
    (query: string) => void navigate({ search: { ...(role && { role }), ...(query !== '' && { q: query }) }, replace: true }),
    [navigate, role],
  )
  return (
    <MembersPage
      query={q}
      role={role}
      invite={<InviteButton />}
      onSearch={search}
      onAnyRole={() => void navigate({ search: q === '' ? {} : { q } })}
    />
  )
}
