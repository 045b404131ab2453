import { guards } from '@carrel/auth/catalogue'
import type { RoleDetail } from '@carrel/api/schema/roles'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight, Plus } from 'lucide-react'
import { Allowed } from '#components/allowed.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { useCan } from '#lib/can.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { isInUse } from '#lib/permission-text.ts'
import { roleDescription, roleName } from '#lib/role-label.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { PeoplePage } from './people-page.tsx'

export function RolesPage() {
  return (
    <Allowed permission={guards['roles.view']}>
      <Roles />
    </Allowed>
  )
}

function Roles() {
  const { api, slug } = useWorkspace()
  const mayManage = useCan()(guards['roles.manage'])
  const { data, error, isPending, refetch } = useQuery(api.roles.list.queryOptions())
  const own = data?.filter(({ name }) => name !== null) ?? []
  return (
    <PeoplePage
      title={t('people.roles')}
      action={
        mayManage ? (
          <Link to="/w/$slug/people/roles/new" params={{ slug }} search={{}} className={buttonVariants()}>
            <Plus aria-hidden size={16} />
            {t('roleEdit.new')}
          </Link>
        ) : undefined
      }
    >
      {isPending ? (
        <ListSkeleton rows={5} />
      ) : !data ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="flex flex-col gap-8">
          {(own.length > 0 || mayManage) && (
            <section aria-labelledby="own-roles">
              <h2 id="own-roles" className="section-title mb-3">
                {t('roles.own')}
              </h2>
              {own.length > 0 ? (
                <RoleRows roles={own} />
              ) : (
                <p className="rounded-box border border-dashed border-line-strong px-4.5 py-5 text-pretty text-muted">{t('roles.empty')}</p>
              )}
            </section>
          )}
          <section aria-labelledby="built-in-roles">
            <h2 id="built-in-roles" className="section-title mb-3">
              {t('roles.builtin')}
            </h2>
            <RoleRows roles={data.filter(({ name }) => name === null)} />
          </section>
        </div>
      )}
    </PeoplePage>
  )
}

function RoleRows({ roles }: { roles: readonly RoleDetail[] }) {
  const { slug } = useWorkspace()
  return (
    <ul className="divide-y divide-line rounded-box border border-line bg-card">
      {roles.map((role) => {
        const things = role.permissions.filter(isInUse).length
        return (
          <li
            key={role.ref}
            className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-5 gap-y-0.5 py-3.5 pr-4 pl-4.5 hover:bg-soft/50 md:grid-cols-[minmax(0,1fr)_9rem_7.5rem_auto]"
          >
            <div className="min-w-0">
              <Link
                to="/w/$slug/people/roles/$roleRef"
                params={{ slug, roleRef: role.ref }}
                dir="auto"
                className="block truncate font-semibold after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
              >
                {roleName(role)}
              </Link>
              <p dir="auto" className="line-clamp-2 text-small text-pretty text-muted empty:hidden">
                {roleDescription(role)}
              </p>
            </div>
            <div className="tabular flex items-center gap-4 text-meta text-muted max-md:order-3 max-md:col-span-2 md:contents">
              <p>{t('roles.allows', { count: things, things: formatNumber(things) })}</p>
              {role.memberCount > 0 && (
                <Link
                  to="/w/$slug/people"
                  params={{ slug }}
                  search={{ role: role.ref }}
                  className="relative justify-self-start rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink max-md:-my-1.5 max-md:py-1.5"
                >
                  {t('people.countFound', { count: role.memberCount, people: formatNumber(role.memberCount) })}
                </Link>
              )}
            </div>
            <ChevronRight aria-hidden size={17} className="text-muted max-md:order-2 md:col-start-4 rtl:rotate-180" />
          </li>
        )
      })}
    </ul>
  )
}
