import type { LibraryDetail, Visibility } from '@carrel/api/schema/libraries'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Everyone, or those chosen: takes effect when it is chosen. */
export function VisibilityChoice({ library, disabled }: { library: LibraryDetail; disabled: boolean }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const save = useMutation(
    api.libraries.update.mutationOptions({
      onSuccess: () => toast(t('settings.saved')),
      onError: (error) => {
        if (errorCode(error) === 'FORBIDDEN') toast(t('error.forbidden.title'), t('access.ownSight'))
        else toastError(error)
      },
      onSettled: () => client.invalidateQueries({ queryKey: api.libraries.key() }),
    }),
  )
  const value: Visibility = save.isPending ? (save.variables.visibility ?? library.visibility) : library.visibility
  return (
    <RadioGroup
      aria-label={t('access.title')}
      value={value}
      disabled={disabled || save.isPending}
      onValueChange={(visibility) => save.mutate({ libraryId: library.id, visibility })}
      className="grid gap-2.5 sm:grid-cols-2"
    >
      {(['organization', 'restricted'] as const).map((option) => (
        <RadioCard
          key={option}
          value={option}
          title={t(`access.visibility.${option}`)}
          description={t(`access.visibility.${option}.text`)}
        />
      ))}
    </RadioGroup>
  )
}
