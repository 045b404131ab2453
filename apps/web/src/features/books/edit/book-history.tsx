import type { BookChange } from '@carrel/api/schema/books/edits'
import { useQuery } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { formatMoment, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { fieldLabel } from './field-text.ts'
import { useUndo } from './use-undo.ts'

/** What people did to a book, newest first, each with a way back. */
export function BookHistory({ bookId }: { bookId: string }) {
  const { api } = useWorkspace()
  const { data, error, refetch } = useQuery(api.edits.history.queryOptions({ input: { bookId }, staleTime: 0 }))
  const undo = useUndo()
  if (error && !data) return <ErrorNotice className="py-8" error={error} onRetry={() => void refetch()} />
  if (!data) return <ListSkeleton />
  if (data.length === 0) return <p className="py-6 text-muted">{t('edit.history.empty')}</p>
  return (
    <ol className="divide-y divide-line rounded-box border border-line">
      {data.map((change) => (
        <li key={change.id} className="flex items-start gap-3 px-3.5 py-3">
          <div className="min-w-0 flex-1">
            <p className="text-small">
              <bdi className="font-medium">{change.actorName}</bdi> {t(`edit.history.${change.kind}`)}
              {change.books > 1 && change.kind === 'edit' && (
                <span className="text-muted"> · {t('edit.history.books', { count: change.books, books: formatNumber(change.books) })}</span>
              )}
            </p>
            <p className="text-meta text-muted">{formatMoment(change.at)}</p>
            <Fields change={change} />
          </div>
          {change.undone ? (
            <span className="shrink-0 py-2 text-meta text-muted">{t('edit.history.undone')}</span>
          ) : (
            <Button variant="outline" disabled={undo.isPending} onClick={() => undo.mutate({ changeId: change.id })}>
              <Undo2 aria-hidden size={15} />
              {change.books > 1 ? t('edit.undoAll', { books: formatNumber(change.books) }) : t('edit.undo')}
            </Button>
          )}
        </li>
      ))}
    </ol>
  )
}

function Fields({ change }: { change: BookChange }) {
  if (change.fields.length === 0) return null
  return (
    <ul className="mt-1.5 grid gap-1">
      {change.fields.map(({ field, before, after }) => (
        <li key={field} className="text-meta [overflow-wrap:anywhere]">
          <span className="text-muted">{fieldLabel(field)}: </span>
          {field === 'cover' ? (
            t(after === null ? 'edit.history.opened' : 'edit.history.chosen')
          ) : (
            <>
              {before !== null && before !== '' && <del className="text-muted">{before}</del>}{' '}
              {after === null ? <em>{t('edit.history.opened')}</em> : <bdi>{after === '' ? t('edit.sources.empty') : after}</bdi>}
            </>
          )}
        </li>
      ))}
    </ul>
  )
}
