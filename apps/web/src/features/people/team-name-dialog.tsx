import { Form } from '@base-ui/react/form'
import { limits } from '@carrel/api/limits'
import type { Team } from '@carrel/api/schema/teams'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { errorCode } from '#lib/error-text.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

type Naming = Team | 'new'

/** The name of a new team, or another one for a team. */
export function TeamNameDialog({
  naming,
  onClose,
  onCreated,
}: {
  naming: Naming | null
  onClose: () => void
  onCreated: (teamId: string) => void
}) {
  const [shown, setShown] = useState(naming)
  if (naming !== null && naming !== shown) setShown(naming)
  return (
    <Dialog open={naming !== null} onOpenChange={(open) => !open && onClose()}>
      {shown !== null && (
        <DialogContent className="max-w-md">
          <DialogHeader title={shown === 'new' ? t('team.new') : t('team.rename.title', { name: shown.name })} />
          <NameForm naming={shown} onClose={onClose} onCreated={onCreated} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function NameForm({ naming, onClose, onCreated }: { naming: Naming; onClose: () => void; onCreated: (teamId: string) => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [name, setName] = useState(naming === 'new' ? '' : naming.name)
  const save = useMutation({
    mutationFn: async (name: string) => {
      if (naming === 'new') return (await api.teams.create.call({ name })).id
      await api.teams.update.call({ teamId: naming.id, name })
      return null
    },
    onSuccess: async (created) => {
      await client.invalidateQueries({ queryKey: api.teams.key() })
      void client.invalidateQueries({ queryKey: api.members.key() })
      onClose()
      if (created !== null) onCreated(created)
    },
  })
  const taken = errorCode(save.error) === 'NAME_TAKEN'
  const errors = useFieldErrors('name', taken ? t('team.nameTaken') : null)
  return (
    <Form className="contents" errors={errors} onFormSubmit={() => save.mutate(name.trim())}>
      <DialogBody className="flex-none pb-5">
        <TextField
          name="name"
          label={t('team.name')}
          value={name}
          onValueChange={(value) => {
            setName(value)
            save.reset()
          }}
          required
          maxLength={limits.nameLength}
          autoComplete="off"
          placeholder={t('team.namePlaceholder')}
        />
      </DialogBody>
      <DialogFooter>
        {!taken && <FormError error={save.error} />}
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={save.isPending || name.trim() === '' || (naming !== 'new' && name.trim() === naming.name)}>
          {save.isPending ? t('action.working') : t(naming === 'new' ? 'team.create' : 'action.save')}
        </Button>
      </DialogFooter>
    </Form>
  )
}
