import type { Grant } from '@carrel/api/schema/grants'
import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { UserRoundPlus, UsersRound, X } from 'lucide-react'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Select } from '#components/ui/select.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useCan, useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { AddGrants } from './add-grants.tsx'
import { levelOptions, useGivable } from './levels.ts'
import { VisibilityChoice } from './visibility-choice.tsx'

/** Who finds a library, and what they may do in it. */
export function LibraryAccess({ library }: { library: LibraryDetail }) {
  const mayUpdate = useCanInLibrary(library.id, 'library:update')
  return (
    <div className="flex max-w-2xl flex-col gap-9">
      <div>
        <VisibilityChoice library={library} disabled={mayUpdate !== true} />
        <p className="mt-2.5 text-meta text-muted">{t('access.always')}</p>
      </div>
      <Grants library={library} />
    </div>
  )
}

const grantName = ({ to, name }: Grant): string => name ?? t(to.kind === 'team' ? 'access.team' : 'access.person')

function Grants({ library }: { library: LibraryDetail }) {
  const { api } = useWorkspace()
  const can = useCan()
  const client = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(api.grants.list.queryOptions({ input: { libraryId: library.id } }))
  const givable = useGivable(library.id)
  const [adding, setAdding] = useState(false)
  const [closing, setClosing] = useState<Grant | null>(null)
  const remove = useMutation(api.grants.remove.mutationOptions())
  const mayChoose = can('member:read') || can('team:read')
  const refresh = () => {
    for (const key of [api.grants.key(), api.teams.key()]) void client.invalidateQueries({ queryKey: key })
  }
  const close = () => {
    setClosing(null)
    remove.reset()
  }
  return (
    <section aria-labelledby="grants-title">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2 id="grants-title" className="section-title">
          {t('access.grants')}
        </h2>
        {mayChoose && (
          <Button onClick={() => setAdding(true)}>
            <UserRoundPlus aria-hidden size={16} />
            {t('access.add')}
          </Button>
        )}
      </div>
      {isPending ? (
        <div aria-hidden className="space-y-5 rounded-box border border-line bg-card p-4.5">
          <Skeleton className="h-7 w-full" />
          <Skeleton className="h-7 w-full" />
        </div>
      ) : !data ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data.length === 0 ? (
        <p className="rounded-box border border-dashed border-line-strong px-4.5 py-6 text-center text-pretty text-muted">
          {t(`access.empty.${library.visibility}`)}
        </p>
      ) : (
        <ul aria-labelledby="grants-title" className="divide-y divide-line rounded-box border border-line bg-card">
          {data.map((grant) => (
            <GrantRow key={grant.to.id} grant={grant} library={library} givable={givable} onRemove={() => setClosing(grant)} />
          ))}
        </ul>
      )}
      {!mayChoose && <p className="mt-3 text-small text-muted">{t('access.noSight')}</p>}
      {mayChoose && data && (
        <AddGrants library={library} grants={data} givable={givable} open={adding} onClose={() => setAdding(false)} onAdded={refresh} />
      )}
      <ConfirmDialog
        subject={closing}
        onClose={close}
        title={(grant) => t('access.remove.question', { library: library.name, name: grantName(grant) })}
        text={() => t(`access.remove.${library.visibility}`)}
        confirm={t('access.remove.confirm')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={(grant) =>
          remove.mutate(
            { libraryId: library.id, to: grant.to },
            {
              onSuccess: () => {
                refresh()
                toast(t('access.removed', { library: library.name, name: grantName(grant) }))
                close()
              },
            },
          )
        }
      />
    </section>
  )
}

function GrantRow({
  grant,
  library,
  givable,
  onRemove,
}: {
  grant: Grant
  library: LibraryDetail
  givable: ReturnType<typeof useGivable>
  onRemove: () => void
}) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const { to, level } = grant
  const name = grantName(grant)
  const list = api.grants.list.queryKey({ input: { libraryId: library.id } })
  const set = useMutation(
    api.grants.set.mutationOptions({
      onMutate: ({ level: next }) => {
        client.setQueryData<Grant[]>(list, (old) => old?.map((each) => (each.to.id === to.id ? { ...each, level: next } : each)))
      },
      onError: toastError,
      onSettled: () => client.invalidateQueries({ queryKey: list }),
    }),
  )
  const mine = givable(level)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-2 gap-y-2 py-2.5 pr-3 pl-4.5 md:grid-cols-[minmax(0,1fr)_auto_auto]">
      <div className="flex min-w-0 items-center gap-3.5">
        {to.kind === 'team' ? (
          <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-accent">
            <UsersRound size={16} />
          </span>
        ) : (
          <InitialsBadge kind="person" name={name} className="size-8 text-[0.72rem]" />
        )}
        <div className="min-w-0">
          <p dir="auto" title={name} className="truncate font-medium">
            {name}
          </p>
          <p className="text-meta text-pretty text-muted">{mine ? t(`level.${level}.text`) : t('access.beyond')}</p>
        </div>
      </div>
      <Select
        label={t('access.levelOf', { name })}
        value={level}
        options={levelOptions(givable)}
        disabled={!mine || set.isPending}
        onChange={(next) => set.mutate({ libraryId: library.id, to, level: next })}
        className="w-34 max-md:order-3 max-md:ml-11.5 max-md:w-auto"
      />
      <Button
        variant="ghost"
        size="icon"
        aria-label={t('access.removeNamed', { name })}
        disabled={!mine}
        onClick={onRemove}
        className="text-muted hover:text-ink"
      >
        <X aria-hidden size={17} />
      </Button>
    </li>
  )
}
