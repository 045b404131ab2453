import { guards } from '@carrel/auth/catalogue'
import { useQuery } from '@tanstack/react-query'
import { Allowed } from '#components/allowed.tsx'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { RoleForm, RoleFrame } from './role-form.tsx'

/** A role of one's own, maybe begun with what another one allows. */
export function NewRolePage({ from, onCreated }: { from: string | undefined; onCreated: (roleId: string) => void }) {
  return (
    <Allowed permission={guards['roles.manage']}>
      <NewRole from={from} onCreated={onCreated} />
    </Allowed>
  )
}

function NewRole({ from, onCreated }: { from: string | undefined; onCreated: (roleId: string) => void }) {
  const { api } = useWorkspace()
  usePageTitle(t('roleEdit.new'))
  const { data: roles, isPending } = useQuery(api.roles.list.queryOptions({ enabled: from !== undefined }))
  const start = roles?.find(({ ref }) => ref === from)
  return (
    <RoleFrame title={t('roleEdit.new')} description={t('roleEdit.new.text')}>
      {from !== undefined && isPending ? (
        <ListSkeleton rows={4} />
      ) : (
        <RoleForm of={null} start={start?.permissions ?? []} onCreated={onCreated} />
      )}
    </RoleFrame>
  )
}
