import type { Grant } from '@carrel/api/schema/grants'
import type { LibraryDetail } from '@carrel/api/schema/libraries'
import type { Level } from '@carrel/auth/catalogue'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { type Choice, Picker } from '#components/picker.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Select } from '#components/ui/select.tsx'
import { useCan } from '#lib/can.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useDebounced } from '#lib/use-debounced.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { levelOptions } from './levels.ts'

type AddGrantsProps = {
  library: LibraryDetail
  grants: readonly Grant[]
  givable: (level: Level) => boolean
  onAdded: () => void
  onClose: () => void
}

export function AddGrants({ open, ...props }: AddGrantsProps & { open: boolean }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && props.onClose()}>
      <DialogContent>
        <DialogHeader title={t('access.add.title')} />
        <AddForm {...props} />
      </DialogContent>
    </Dialog>
  )
}

/** Teams and people whose names fit, but for those who are chosen already. */
function useChoices(query: string, grants: readonly Grant[]) {
  const { api } = useWorkspace()
  const can = useCan()
  const members = useQuery(
    api.members.list.queryOptions({
      input: { limit: 60, ...(query !== '' && { query }) },
      enabled: can('member:read'),
      placeholderData: keepPreviousData,
    }),
  )
  const teams = useQuery(api.teams.list.queryOptions({ enabled: can('team:read') }))
  const taken = new Set(grants.map(({ to }) => to.id))
  const folded = query.toLocaleLowerCase()
  const choices = [
    ...(teams.data ?? [])
      .filter(({ name }) => name.toLocaleLowerCase().includes(folded))
      .map(({ id, name, memberCount }): Choice => ({
        kind: 'team',
        id,
        name,
        detail: t('team.facts', { count: memberCount, people: formatNumber(memberCount) }),
      })),
    ...(members.data?.items ?? []).map(({ userId, name, email }): Choice => ({ kind: 'person', id: userId, name, detail: email })),
  ].filter(({ id }) => !taken.has(id))
  return { choices: members.isLoading || teams.isLoading ? undefined : choices, error: members.error ?? teams.error }
}

function AddForm({ library, grants, givable, onAdded, onClose }: AddGrantsProps) {
  const { api } = useWorkspace()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<readonly Choice[]>([])
  const [level, setLevel] = useState<Level>('viewer')
  const { choices, error } = useChoices(useDebounced(query.trim()), grants)
  const add = useMutation({
    mutationFn: async () => {
      for (const { kind, id } of chosen) await api.grants.set.call({ libraryId: library.id, to: { kind, id }, level })
    },
    onSuccess: () => {
      toast(
        t('access.added', {
          count: chosen.length,
          people: formatNumber(chosen.length),
          name: chosen[0]?.name ?? '',
          library: library.name,
        }),
      )
      onClose()
    },
    onSettled: onAdded,
  })
  return (
    <>
      <DialogBody className="pb-3">
        <Picker
          label={t('access.choice.label')}
          empty={t('access.choice.empty')}
          choices={choices}
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
        <FormError error={add.error ?? error} />
        <Select
          label={t('access.asWhat')}
          value={level}
          options={levelOptions(givable)}
          onChange={setLevel}
          className="w-34 md:mr-auto max-md:basis-full"
        />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button disabled={chosen.length === 0 || add.isPending} onClick={() => add.mutate()}>
          {add.isPending ? t('action.working') : t('access.add.submit', { count: chosen.length, people: formatNumber(chosen.length) })}
        </Button>
      </DialogFooter>
    </>
  )
}
