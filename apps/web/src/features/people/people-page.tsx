import { guards } from '@carrel/auth/catalogue'
import { useQuery } from '@tanstack/react-query'
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
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
      <nav aria-label={t('people.title')} className="mt-5 mb-5 flex gap-6 overflow-x-auto border-b border-line max-md:gap-5">
        <Tab to="/w/$slug/people" params={params} search={{}} activeOptions={{ exact: true, includeSearch: false }}>
          {t('people.members')}
        </Tab>
        {can('team:read') && (
          <Tab to="/w/$slug/people/teams" params={params}>
            {t('people.teams')}
          </Tab>
        )}
        {can(guards['roles.view']) && (
          <Tab to="/w/$slug/people/roles" params={params}>
            {t('people.roles')}
          </Tab>
        )}
        {can('invitation:read') && (
          <Tab to="/w/$slug/people/invitations" params={params} search={{}} activeOptions={{ includeSearch: false }}>
            {t('invite.title')}
          </Tab>
        )}
      </nav>
      {children}
    </div>
  )
}

function Tab({ children, ...link }: Pick<LinkProps, 'to' | 'params' | 'search' | 'activeOptions'> & { children: ReactNode }) {
  return (
    <Link
      {...link}
      className="-mb-px flex min-h-10 items-center border-b-2 border-transparent px-0.5 whitespace-nowrap text-muted outline-offset-[-3px] transition-colors duration-150 hover:text-ink aria-[current=page]:border-ink aria-[current=page]:font-medium aria-[current=page]:text-ink max-md:min-h-11"
    >
      {children}
    </Link>
  )
}
