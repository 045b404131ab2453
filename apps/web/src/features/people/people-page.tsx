import { guards } from '@carrel/auth/catalogue'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { TabLink, TabLinks } from '#components/tab-link.tsx'
import { useCan } from '#lib/can.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** What members, teams and roles have in common: the heading and the way between them. */
export function PeoplePage({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  const { api, slug, name } = useWorkspace()
  const can = useCan()
  const { data } = useQuery(api.members.list.queryOptions({ input: { limit: 1 } }))
  usePageTitle(`${title} · ${name}`)
  const params = { slug }
  return (
    <div className="max-w-6xl">
      <PageHeading
        description={
          <span className="tabular">{data ? t('people.count', { count: data.total, people: formatNumber(data.total) }) : '\u00a0'}</span>
        }
        actions={action}
      >
        {t('people.title')}
      </PageHeading>
      <TabLinks label={t('people.title')}>
        <TabLink to="/w/$slug/people" params={params} search={{}} activeOptions={{ exact: true, includeSearch: false }}>
          {t('people.members')}
        </TabLink>
        {can('team:read') && (
          <TabLink to="/w/$slug/people/teams" params={params}>
            {t('people.teams')}
          </TabLink>
        )}
        {can(guards['roles.view']) && (
          <TabLink to="/w/$slug/people/roles" params={params}>
            {t('people.roles')}
          </TabLink>
        )}
        {can('invitation:read') && (
          <TabLink to="/w/$slug/people/invitations" params={params} search={{}} activeOptions={{ includeSearch: false }}>
            {t('invite.title')}
          </TabLink>
        )}
      </TabLinks>
      {children}
    </div>
  )
}
