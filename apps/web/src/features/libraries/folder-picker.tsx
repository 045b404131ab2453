import { useQuery } from '@tanstack/react-query'
import { ChevronRight, FolderPlus, X } from 'lucide-react'
import { Fragment, useState } from 'react'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { FolderListing } from './folder-listing.tsx'
import { noticingText } from './noticing.ts'
import { crumbs, folderName, overlaps } from './paths.ts'

type FolderPickerProps = {
  /** The library that they are for, when it is there already. */
  libraryId?: string
  chosen: readonly string[]
  /** One was asked for in vain. */
  missing: boolean
  /** Says how new books in a folder would be noticed. */
  watched?: boolean
  onChange: (folders: readonly string[]) => void
}

/** Browses the folders that the operator opened to this workspace, and gathers the ones to use. */
export function FolderPicker({ libraryId, chosen, missing, watched = true, onChange }: FolderPickerProps) {
  const { api } = useWorkspace()
  const roots = useQuery(api.folders.roots.queryOptions())
  const [path, setPath] = useState<string | null>(null)

  if (roots.isPending) return <PickerSkeleton />
  if (!roots.data) return <ErrorNotice className="py-8" error={roots.error} onRetry={() => void roots.refetch()} />

  const only = roots.data.length === 1 ? (roots.data[0]?.path ?? null) : null
  const at = path ?? only
  const root = at === null ? undefined : roots.data.find((candidate) => overlaps(candidate.path, at) && at.startsWith(candidate.path))
  const trail = at === null || !root ? [] : crumbs(root.path, at)
  const taken = at === null ? undefined : chosen.find((folder) => overlaps(folder, at))
  const shared = chosen.flatMap((folder) => {
    const all = roots.data.flatMap((each) => each.taken)
    const other = all.find((each) => each.libraryId !== libraryId && overlaps(each.path, folder))
    return other ? [{ folder, library: other.library }] : []
  })
  const choose = (folder: string): void => onChange([...chosen.filter((other) => !overlaps(other, folder)), folder])

  return (
    <div>
      {chosen.length > 0 && (
        <ul aria-label={t('picker.chosen')} className="mb-3 flex flex-wrap gap-2">
          {chosen.map((folder) => (
            <li key={folder} className="flex min-w-0 items-center gap-1 rounded-field border border-accent bg-accent-soft pl-3">
              <span dir="ltr" title={folder} className="min-w-0 truncate text-small font-medium">
                {folder}
              </span>
              <button
                type="button"
                aria-label={t('picker.remove', { folder: folderName(folder) })}
                className="grid size-9 shrink-0 place-items-center rounded-field text-muted hover:text-ink max-md:size-11"
                onClick={() => onChange(chosen.filter((other) => other !== folder))}
              >
                <X aria-hidden size={15} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div role="status" className="text-small text-pretty text-warn not-empty:mb-3">
        {shared.map(({ folder, library }) => (
          <p key={folder}>{t('picker.taken', { folder: folderName(folder), library })}</p>
        ))}
      </div>
      <div className={cn('overflow-hidden rounded-box border bg-card', missing ? 'border-danger' : 'border-line')}>
        <div className="flex min-h-13 items-center justify-between gap-3 border-b border-line py-2 pr-2 pl-3.5 max-sm:flex-col max-sm:items-stretch max-sm:pl-2">
          <nav aria-label={t('picker.path')} className="flex min-w-0 flex-wrap items-center text-small">
            {roots.data.length > 1 && <Crumb label={t('picker.roots')} current={at === null} onOpen={() => setPath(null)} />}
            {trail.map((crumb, index) => (
              <Fragment key={crumb.path}>
                {(index > 0 || roots.data.length > 1) && (
                  <ChevronRight aria-hidden size={14} className="shrink-0 text-muted rtl:rotate-180" />
                )}
                <Crumb label={crumb.name} current={index === trail.length - 1} onOpen={() => setPath(crumb.path)} />
              </Fragment>
            ))}
          </nav>
          {at !== null && (
            <Button variant="outline" disabled={taken === at} onClick={() => choose(at)}>
              <FolderPlus aria-hidden size={16} />
              {t(taken === at ? 'picker.isChosen' : 'picker.useThis')}
            </Button>
          )}
        </div>
        {at === null ? (
          <FolderListing
            folders={roots.data.map((allowed) => ({ name: allowed.path, path: allowed.path, readable: allowed.available }))}
            chosen={chosen}
            onOpen={setPath}
            onChoose={choose}
          />
        ) : (
          <OpenFolder key={at} path={at} chosen={chosen} watched={watched} onOpen={setPath} onChoose={choose} onUp={setPath} />
        )}
      </div>
    </div>
  )
}

function OpenFolder({
  path,
  chosen,
  watched,
  onOpen,
  onChoose,
  onUp,
}: {
  path: string
  chosen: readonly string[]
  watched: boolean
  onOpen: (path: string) => void
  onChoose: (path: string) => void
  onUp: (path: string) => void
}) {
  const { api } = useWorkspace()
  const { data, error, isPending, refetch } = useQuery(api.folders.list.queryOptions({ input: { path }, staleTime: 5000 }))
  if (isPending) return <RowsSkeleton />
  if (!data) return <ErrorNotice className="py-8" error={error} onRetry={() => void refetch()} />
  const { parent } = data
  return (
    <>
      <FolderListing
        folders={data.folders}
        books={data.books}
        truncated={data.truncated}
        chosen={chosen}
        onOpen={onOpen}
        onChoose={onChoose}
        {...(parent === null ? {} : { onUp: () => onUp(parent) })}
      />
      {watched && <p className="border-t border-line px-4 py-2.5 text-meta text-muted">{noticingText(data.noticing)}</p>}
    </>
  )
}

function Crumb({ label, current, onOpen }: { label: string; current: boolean; onOpen: () => void }) {
  return (
    <button
      type="button"
      dir="auto"
      aria-current={current ? 'location' : undefined}
      onClick={onOpen}
      className="min-h-8 min-w-0 max-w-56 truncate rounded-[6px] px-1.5 text-muted hover:bg-soft hover:text-ink aria-[current]:font-semibold aria-[current]:text-ink max-md:min-h-10"
    >
      {label}
    </button>
  )
}

function PickerSkeleton() {
  return (
    <div aria-hidden className="overflow-hidden rounded-box border border-line bg-card">
      <div className="h-13 border-b border-line" />
      <RowsSkeleton />
    </div>
  )
}

function RowsSkeleton() {
  return (
    <div aria-hidden className="h-76.5 space-y-5 p-4.5 max-md:h-73">
      {[56, 40, 64, 48].map((width) => (
        <Skeleton key={width} className="h-4" style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}
