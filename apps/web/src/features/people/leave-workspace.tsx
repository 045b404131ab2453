import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { accountQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { workspaceKey } from '#lib/rpc.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

export function LeaveWorkspace({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { api, name, organizationId } = useWorkspace()
  const client = useQueryClient()
  const router = useRouter()
  const leave = useMutation(
    api.members.leave.mutationOptions({
      onSuccess: async () => {
        toast(t('leave.done', { name }))
        // Read before going: the start page chooses among the workspaces that are left.
        await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        await router.navigate({ to: '/', replace: true })
        client.removeQueries({ queryKey: workspaceKey(organizationId) })
      },
    }),
  )
  return (
    <ConfirmDialog
      subject={open ? name : null}
      onClose={() => {
        onClose()
        leave.reset()
      }}
      title={(workspace) => t('leave.question', { name: workspace })}
      text={() => t('leave.text')}
      confirm={t('leave.confirm')}
      pending={leave.isPending || leave.isSuccess}
      error={leave.error}
      onConfirm={() => leave.mutate(undefined)}
    />
  )
}
