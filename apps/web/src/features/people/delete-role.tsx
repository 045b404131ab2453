import type { RoleDetail } from '@carrel/api/schema/roles'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { useCan } from '#lib/can.ts'
import { formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { roleName } from '#lib/role-label.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

const namesShown = 3

export function DeleteRole({ role, onClose, onDeleted }: { role: RoleDetail | null; onClose: () => void; onDeleted: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const remove = useMutation(api.roles.delete.mutationOptions())
  const close = () => {
    onClose()
    remove.reset()
  }
  return (
    <ConfirmDialog
      subject={role}
      onClose={close}
      title={(subject) => t('roleEdit.delete.question', { name: roleName(subject) })}
      text={<Holders role={role} />}
      confirm={t('roleEdit.delete.confirm')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={(subject) =>
        remove.mutate(
          { roleId: subject.ref },
          {
            onSuccess: () => {
              toast(t('roleEdit.deleted', { name: roleName(subject) }))
              close()
              onDeleted()
              for (const key of [api.roles.key(), api.members.key()]) void client.invalidateQueries({ queryKey: key })
            },
          },
        )
      }
    />
  )
}

/** Who would lose something, the first of them by name. */
function Holders({ role: given }: { role: RoleDetail | null }) {
  const { api } = useWorkspace()
  const can = useCan()
  const [role, setRole] = useState(given)
  if (given !== null && given !== role) setRole(given)
  const { data } = useQuery(
    api.members.list.queryOptions({
      input: { limit: namesShown, ...(role && { role: role.ref }) },
      enabled: can('member:read') && (role?.memberCount ?? 0) > 0,
    }),
  )
  const total = data?.total ?? role?.memberCount ?? 0
  if (total === 0) return t('roleEdit.delete.noHolders')
  if (!data) return t('roleEdit.held', { count: total, people: formatNumber(total) })
  const names = formatList(data.items.map(({ name }) => name))
  return total > namesShown
    ? t('roleEdit.delete.holdersMore', { people: formatNumber(total), names, more: formatNumber(total - namesShown) })
    : t('roleEdit.delete.holders', { count: total, people: formatNumber(total), names })
}
