import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

type Person = { userId: string; name: string }

export function RemoveMember({ member, onClose }: { member: Person | null; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const remove = useMutation(api.members.remove.mutationOptions())
  const close = () => {
    onClose()
    remove.reset()
  }
  return (
    <ConfirmDialog
      subject={member}
      onClose={close}
      title={({ name }) => t('member.remove.question', { name })}
      text={() => t('member.remove.text')}
      confirm={t('member.remove.confirm')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={({ userId, name }) =>
        remove.mutate(
          { userId },
          {
            onSuccess: async () => {
              for (const key of [api.members.key(), api.roles.key(), api.teams.key()]) void client.invalidateQueries({ queryKey: key })
              toast(t('member.removed', { name }))
              close()
            },
          },
        )
      }
    />
  )
}
