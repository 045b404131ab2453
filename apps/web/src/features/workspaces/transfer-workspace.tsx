import type { Member } from '@carrel/api/schema/members'
import { limits } from '@carrel/api/limits'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
  AlertDialogTrigger,
} from '#components/ui/alert-dialog.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Field, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { accountQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { roleLabel } from '#lib/role-label.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Makes another member the owner. */
export function TransferWorkspace({ ownId }: { ownId: string }) {
  const { api, name } = useWorkspace()
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const [heir, setHeir] = useState<Member | null>(null)
  const transfer = useMutation(
    api.organizations.transfer.mutationOptions({
      onSuccess: async () => {
        toast(t('settings.transfer.done', { person: heir?.name ?? '', name }), t('settings.transfer.doneText'))
        setOpen(false)
        await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        await client.invalidateQueries({ queryKey: api.members.key() })
      },
    }),
  )
  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        setHeir(null)
        transfer.reset()
      }}
    >
      <AlertDialogTrigger className={buttonVariants({ variant: 'outline' })}>{t('settings.transfer.open')}</AlertDialogTrigger>
      <AlertDialogContent>
        <AlertDialogTitle>{t('settings.transfer.question')}</AlertDialogTitle>
        <AlertDialogDescription>{t('settings.transfer.consequence', { name })}</AlertDialogDescription>
        <form
          className="mt-5 flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (heir && !transfer.isPending) transfer.mutate({ userId: heir.userId })
          }}
        >
          <HeirField ownId={ownId} heir={heir} onChange={setHeir} />
          <FormError error={transfer.error} />
          <div className="flex justify-end gap-2 max-md:flex-col-reverse max-md:items-stretch">
            <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</AlertDialogClose>
            <Button type="submit" variant="danger" disabled={!heir || transfer.isPending} className="min-w-0 shrink">
              <span className="truncate">
                {heir ? t('settings.transfer.confirm', { person: heir.name }) : t('settings.transfer.choose')}
              </span>
            </Button>
          </div>
        </form>
      </AlertDialogContent>
    </AlertDialog>
  )
}

function HeirField({ ownId, heir, onChange }: { ownId: string; heir: Member | null; onChange: (heir: Member | null) => void }) {
  const { api } = useWorkspace()
  const [typed, setTyped] = useState('')
  const query = useDeferredValue(typed.trim())
  const { data, error } = useQuery(
    api.members.list.queryOptions({ input: { limit: 20, ...(query === '' ? {} : { query }) }, placeholderData: keepPreviousData }),
  )
  const others = data?.items.filter(({ userId }) => userId !== ownId)
  const alone = query === '' && data?.total === 1
  if (alone) return <p className="rounded-box bg-soft p-3.5 text-muted">{t('settings.transfer.nobody')}</p>
  return (
    <>
      <Field>
        <FieldLabel>{t('settings.transfer.search')}</FieldLabel>
        <Input
          type="search"
          value={typed}
          onValueChange={(value) => {
            setTyped(value)
            onChange(null)
          }}
          maxLength={limits.queryLength}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      {error ? <FormError error={error} /> : null}
      {others ? (
        <RadioGroup
          aria-label={t('settings.transfer.people')}
          value={heir?.userId ?? ''}
          onValueChange={(userId) => onChange(others.find((person) => person.userId === userId) ?? null)}
          className="max-h-62 divide-y divide-line overflow-y-auto rounded-box border border-line empty:hidden"
        >
          {others.map((person) => (
            <RadioCard
              key={person.userId}
              value={person.userId}
              className="min-w-0 rounded-none border-0 py-2.5 hover:bg-soft has-focus-visible:-outline-offset-2 has-data-checked:bg-accent-soft"
              title={
                <span dir="auto" className="block truncate text-as-parent">
                  {person.name}
                </span>
              }
              description={<span className="block truncate">{person.email ?? person.roles.map(roleLabel).join(', ')}</span>}
            />
          ))}
        </RadioGroup>
      ) : (
        !error && (
          <div aria-hidden className="grid gap-2">
            <Skeleton className="h-15 rounded-box" />
            <Skeleton className="h-15 rounded-box" />
          </div>
        )
      )}
      <p role="status" className="-mt-1 text-meta text-muted empty:hidden">
        {others?.length === 0 ? t('settings.transfer.none') : data?.nextCursor ? t('settings.transfer.more') : ''}
      </p>
    </>
  )
}
