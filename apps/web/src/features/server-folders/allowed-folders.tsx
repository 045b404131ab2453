import type { AllowedRoot } from '@carrel/api/schema/folders'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Folder, FolderX } from 'lucide-react'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Switch } from '#components/ui/switch.tsx'
import { t } from '#lib/i18n.ts'
import { instance, workspaceApi } from '#lib/rpc.ts'
import { toastError } from '#lib/toasts.ts'

/** Which folders of the server are open to which workspace. */
export function AllowedFolders() {
  const { data, error, isPending, refetch } = useQuery(instance.roots.list.queryOptions())
  if (isPending) return <FoldersSkeleton />
  if (!data) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (data.length === 0) {
    return (
      <Notice title={t('noRoots.title')} art={<EmptyShelf />}>
        <p>{t('noRoots.operator')}</p>
        <code className="mt-3.5 block rounded-field bg-soft px-3.5 py-2.5 text-left font-mono text-small text-ink">
          npm start -- ~/Books
        </code>
        <p className="mt-2.5 text-meta">{t('noRoots.setting', { setting: 'LIBRARY_ROOTS' })}</p>
      </Notice>
    )
  }
  return (
    <ul className="flex flex-col gap-4">
      {data.map((root) => (
        <li key={root.path}>
          <AllowedFolder root={root} />
        </li>
      ))}
    </ul>
  )
}

function AllowedFolder({ root }: { root: AllowedRoot }) {
  const client = useQueryClient()
  const settle = {
    onError: toastError,
    onSettled: (_data: unknown, _error: unknown, { organizationId }: { organizationId: string }) => {
      void client.invalidateQueries({ queryKey: workspaceApi(organizationId).folders.key() })
      return client.invalidateQueries({ queryKey: instance.roots.key() })
    },
  }
  const assign = useMutation(instance.roots.assign.mutationOptions(settle))
  const unassign = useMutation(instance.roots.unassign.mutationOptions(settle))
  const busy = assign.isPending || unassign.isPending
  const Icon = root.available ? Folder : FolderX
  return (
    <section aria-label={root.path} className="overflow-hidden rounded-box border border-line bg-card">
      <div className="flex items-center gap-3 border-b border-line px-4.5 py-3.5">
        <Icon aria-hidden size={19} strokeWidth={1.7} className={root.available ? 'shrink-0 text-muted' : 'shrink-0 text-warn'} />
        <h2 dir="ltr" className="min-w-0 font-semibold [overflow-wrap:anywhere]">
          {root.path}
        </h2>
        {!root.available && <span className="ml-auto shrink-0 text-meta text-warn">{t('settings.folders.missing')}</span>}
      </div>
      <ul className="divide-y divide-line">
        {root.organizations.map(({ id, name, open }) => (
          <li key={id}>
            <label className="flex min-h-13 cursor-pointer items-center gap-4 px-4.5 py-2">
              <span dir="auto" className="min-w-0 flex-1 truncate">
                {name}
              </span>
              <Switch
                checked={open}
                disabled={busy}
                onCheckedChange={(next) => (next ? assign : unassign).mutate({ organizationId: id, path: root.path })}
              />
            </label>
          </li>
        ))}
      </ul>
    </section>
  )
}

function FoldersSkeleton() {
  return (
    <div aria-hidden className="space-y-5 rounded-box border border-line bg-card p-4.5">
      <Skeleton className="h-4.5 w-2/5" />
      <Skeleton className="h-4 w-3/5" />
      <Skeleton className="h-4 w-1/2" />
    </div>
  )
}
