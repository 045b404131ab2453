import type { Team } from '@carrel/api/schema/teams'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { type Choice, Picker } from '#components/picker.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { errorCode } from '#lib/error-text.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useDebounced } from '#lib/use-debounced.ts'
import { useWorkspace } from '#lib/workspace.ts'

export function AddToTeam({ team, open, onClose }: { team: Team; open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent>
        <DialogHeader title={t('team.add.title', { name: team.name })} />
        <AddForm team={team} onClose={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function AddForm({ team, onClose }: { team: Team; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<readonly Choice[]>([])
  const wanted = useDebounced(query.trim())
  const { data, error } = useQuery(
    api.members.list.queryOptions({ input: { limit: 60, ...(wanted !== '' && { query: wanted }) }, placeholderData: keepPreviousData }),
  )
  const choices = data?.items
    .filter(({ teams }) => teams.every(({ id }) => id !== team.id))
    .map(({ userId, name, email }): Choice => ({ kind: 'person', id: userId, name, detail: email }))
  const add = useMutation(
    api.teams.addMembers.mutationOptions({
      onSuccess: () => {
        for (const key of [api.members.key(), api.teams.key()]) void client.invalidateQueries({ queryKey: key })
        toast(t('team.added', { count: chosen.length, people: formatNumber(chosen.length), name: chosen[0]?.name ?? '' }))
        onClose()
      },
    }),
  )
  return (
    <>
      <DialogBody className="pb-3">
        <Picker
          label={t('team.add.label')}
          empty={t('team.add.empty')}
          choices={error ? [] : choices}
          query={query}
          onQuery={setQuery}
          chosen={chosen}
          onChosen={(next) => {
            setChosen(next)
            add.reset()
          }}
        />
      </DialogBody>
      <DialogFooter>
        {errorCode(add.error) === 'FORBIDDEN' ? (
          <p role="alert" className="text-small text-danger">
            {t('team.forbidden')}
          </p>
        ) : (
          <FormError error={add.error ?? error} />
        )}
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button
          disabled={chosen.length === 0 || add.isPending}
          onClick={() => add.mutate({ teamId: team.id, userIds: chosen.map(({ id }) => id) })}
        >
          {add.isPending ? t('action.working') : t('team.add.submit', { count: chosen.length, people: formatNumber(chosen.length) })}
        </Button>
      </DialogFooter>
    </>
  )
}
