import type { Team } from '@carrel/api/schema/teams'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

export function DeleteTeam({ team, onClose, onDeleted }: { team: Team | null; onClose: () => void; onDeleted?: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const remove = useMutation(api.teams.delete.mutationOptions())
  const close = () => {
    onClose()
    remove.reset()
  }
  return (
    <ConfirmDialog
      subject={team}
      onClose={close}
      title={({ name }) => t('team.delete.question', { name })}
      text={({ memberCount }) => t('team.delete.text', { count: memberCount, people: formatNumber(memberCount) })}
      confirm={t('team.delete.confirm')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={({ id, name }) =>
        remove.mutate(
          { teamId: id },
          {
            onSuccess: () => {
              toast(t('team.deleted', { name }))
              close()
              onDeleted?.()
              for (const key of [api.teams.key(), api.members.key(), api.grants.key()]) void client.invalidateQueries({ queryKey: key })
            },
          },
        )
      }
    />
  )
}
