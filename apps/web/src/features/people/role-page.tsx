import { guards } from '@carrel/auth/catalogue'
import type { RoleDetail } from '@carrel/api/schema/roles'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Info } from 'lucide-react'
import { useState } from 'react'
import { Allowed } from '#components/allowed.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { useCan } from '#lib/can.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { roleDescription, roleName } from '#lib/role-label.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { DeleteRole } from './delete-role.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { RoleForm, RoleFrame } from './role-form.tsx'
import { PermissionMatrix } from './permission-matrix.tsx'

/** One role: its words and what it allows; to be changed by those who may. */
export function RolePage({ roleRef, onDeleted }: { roleRef: string; onDeleted: () => void }) {
  return (
    <Allowed permission={guards['roles.view']}>
      <OneRole roleRef={roleRef} onDeleted={onDeleted} />
    </Allowed>
  )
}

function OneRole({ roleRef, onDeleted }: { roleRef: string; onDeleted: () => void }) {
  const { api, slug } = useWorkspace()
  const can = useCan()
  const { data: roles, error, refetch } = useQuery(api.roles.list.queryOptions())
  const [deleting, setDeleting] = useState<RoleDetail | null>(null)
  const role = roles?.find(({ ref }) => ref === roleRef)
  usePageTitle(role && roleName(role))
  if (roles && !role) return <NotFoundPage />
  if (error && !roles) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  if (!role) {
    return (
      <RoleFrame title={'\u00a0'}>
        <ListSkeleton rows={4} />
      </RoleFrame>
    )
  }
  const builtin = role.name === null
  const editable = !builtin && role.withinMine && can(guards['roles.manage'])
  const reason = builtin ? t('roleEdit.builtin') : role.withinMine ? t('roleEdit.readOnly') : t('roleEdit.wider')
  return (
    <RoleFrame
      title={roleName(role)}
      description={
        can('member:read') && role.memberCount > 0 ? (
          <Link
            to="/w/$slug/people"
            params={{ slug }}
            search={{ role: role.ref }}
            className="tabular rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink"
          >
            {t('roleEdit.held', { count: role.memberCount, people: formatNumber(role.memberCount) })}
          </Link>
        ) : (
          <span className="tabular">{t('roleEdit.held', { count: role.memberCount, people: formatNumber(role.memberCount) })}</span>
        )
      }
    >
      {editable ? (
        <RoleForm
          key={role.ref}
          of={role}
          more={
            <Button variant="outline" className="md:mr-auto" onClick={() => setDeleting(role)}>
              {t('roleEdit.delete')}
            </Button>
          }
        />
      ) : (
        <>
          <p dir="auto" className="max-w-2xl text-pretty empty:hidden">
            {roleDescription(role)}
          </p>
          <div className="my-5 flex max-w-2xl gap-3 rounded-box bg-soft px-4 py-3 text-small">
            <Info aria-hidden size={17} className="mt-px shrink-0 text-muted" />
            <div>
              <p className="text-pretty">{reason}</p>
              {builtin && can(guards['roles.manage']) && (
                <Link
                  to="/w/$slug/people/roles/new"
                  params={{ slug }}
                  search={{ from: role.ref }}
                  className="mt-1 inline-block rounded-[4px] font-medium text-accent underline underline-offset-3"
                >
                  {t('roleEdit.copy')}
                </Link>
              )}
            </div>
          </div>
          <section aria-labelledby="allows" className="rounded-box border border-line bg-card px-5 py-4.5">
            <h2 id="allows" className="section-title mb-4">
              {t('roleEdit.allows')}
            </h2>
            <PermissionMatrix has={(permission) => role.permissions.includes(permission)} />
          </section>
        </>
      )}
      <DeleteRole role={deleting} onClose={() => setDeleting(null)} onDeleted={onDeleted} />
    </RoleFrame>
  )
}
