import type { AllowedRoot } from '@carrel/api/schema/folders'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import { EmptyShelf, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'
import { toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** No folder is open to this workspace: how to change that, by who is asking. */
export function NoRoots({ operator, onRetry }: { operator: boolean; onRetry: () => void }) {
  return (
    <div className="rounded-box border border-line bg-card">
      {operator ? <OperatorNotice onRetry={onRetry} /> : <MemberNotice onRetry={onRetry} />}
    </div>
  )
}

function MemberNotice({ onRetry }: { onRetry: () => void }) {
  return (
    <Notice className="max-w-lg py-10" title={t('noRoots.title')} art={<EmptyShelf />} action={<LookAgain onClick={onRetry} />}>
      {t('noRoots.member')}
    </Notice>
  )
}

function OperatorNotice({ onRetry }: { onRetry: () => void }) {
  const allowed = useQuery(instance.roots.list.queryOptions({ staleTime: 0 }))
  if (allowed.isPending) return <Skeleton className="m-4.5 h-60" />
  const roots = allowed.data ?? []
  return (
    <Notice
      className="max-w-lg py-10"
      title={t('noRoots.title')}
      art={<EmptyShelf />}
      action={
        <LookAgain
          onClick={() => {
            void allowed.refetch()
            onRetry()
          }}
        />
      }
    >
      {roots.length > 0 ? (
        <>
          <p>{t('noRoots.openText')}</p>
          <ul className="mt-5 divide-y divide-line text-left text-ink">
            {roots.map((root) => (
              <OpenableRoot key={root.path} root={root} />
            ))}
          </ul>
        </>
      ) : (
        <>
          <p>{t('noRoots.operator')}</p>
          <code className="mt-3.5 block rounded-field bg-soft px-3.5 py-2.5 text-left font-mono text-small text-ink">
            npm start -- ~/Books
          </code>
          <p className="mt-2.5 text-meta">{t('noRoots.setting', { setting: 'LIBRARY_ROOTS' })}</p>
        </>
      )}
    </Notice>
  )
}

function OpenableRoot({ root }: { root: AllowedRoot }) {
  const { api, organizationId } = useWorkspace()
  const client = useQueryClient()
  const id = useId()
  const assign = useMutation(
    instance.roots.assign.mutationOptions({
      onError: toastError,
      onSettled: () => {
        void client.invalidateQueries({ queryKey: instance.roots.key() })
        return client.invalidateQueries({ queryKey: api.folders.key() })
      },
    }),
  )
  return (
    <li className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2">
      <span id={id} dir="ltr" className="min-w-0 font-medium [overflow-wrap:anywhere]">
        {root.path}
      </span>
      {root.available ? (
        <Button
          variant="outline"
          aria-describedby={id}
          disabled={assign.isPending}
          onClick={() => assign.mutate({ organizationId, path: root.path })}
        >
          {t('noRoots.open')}
        </Button>
      ) : (
        <span className="text-meta text-warn">{t('settings.folders.missing')}</span>
      )}
    </li>
  )
}

function LookAgain({ onClick }: { onClick: () => void }) {
  return (
    <Button variant="outline" onClick={onClick}>
      {t('noRoots.again')}
    </Button>
  )
}
