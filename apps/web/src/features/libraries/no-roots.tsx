import type { AllowedRoot } from '@carrel/api/schema/folders'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Folder, FolderX } from 'lucide-react'
import { useId } from 'react'
import { EmptyShelf, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'
import { toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { folderName } from './paths.ts'

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
  if (allowed.isPending) {
    return (
      <div aria-hidden className="space-y-5 p-4.5">
        {['w-2/5', 'w-3/5', 'w-1/2'].map((width) => (
          <Skeleton key={width} className={cn('h-4', width)} />
        ))}
      </div>
    )
  }
  const roots = allowed.data ?? []
  const lookAgain = (
    <LookAgain
      onClick={() => {
        void allowed.refetch()
        onRetry()
      }}
    />
  )
  if (roots.length === 0) {
    return (
      <Notice className="max-w-lg py-10" title={t('noRoots.title')} art={<EmptyShelf />} action={lookAgain}>
        <p>{t('noRoots.operator')}</p>
        <code className="mt-3.5 block rounded-field bg-soft px-3.5 py-2.5 text-left font-mono text-small text-ink">
          npm start -- ~/Books
        </code>
        <p className="mt-2.5 text-meta">{t('noRoots.setting', { setting: 'LIBRARY_ROOTS' })}</p>
      </Notice>
    )
  }
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 border-b border-line p-4.5">
        <div className="min-w-0 flex-1 basis-72">
          <h2 className="section-title">{t('noRoots.title')}</h2>
          <p className="mt-0.5 text-pretty text-muted">{t('noRoots.openText')}</p>
        </div>
        {lookAgain}
      </div>
      <ul className="divide-y divide-line">
        {roots.map((root) => (
          <OpenableRoot key={root.path} root={root} />
        ))}
      </ul>
    </>
  )
}

function OpenableRoot({ root }: { root: AllowedRoot }) {
  const { api, organizationId } = useWorkspace()
  const client = useQueryClient()
  const id = useId()
  const Icon = root.available ? Folder : FolderX
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
    <li className="flex min-h-15 items-center gap-3 px-4.5 py-2.5">
      <Icon aria-hidden size={19} strokeWidth={1.7} className={root.available ? 'shrink-0 text-muted' : 'shrink-0 text-warn'} />
      <div id={id} dir="ltr" className="min-w-0 flex-1">
        <p className="font-medium">{folderName(root.path)}</p>
        <p className="text-meta text-muted [overflow-wrap:anywhere]">{root.path}</p>
      </div>
      {root.available ? (
        <Button
          variant="outline"
          aria-describedby={id}
          disabled={assign.isPending}
          onClick={() => assign.mutate({ organizationId, path: root.path })}
        >
          {t('noRoots.open')}
          <span className="sr-only">{t('noRoots.openTo')}</span>
        </Button>
      ) : (
        <span className="shrink-0 text-meta text-warn">{t('settings.folders.missing')}</span>
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
