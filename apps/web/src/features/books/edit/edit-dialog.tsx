import type { BookDetail } from '@carrel/api/schema/books'
import type { BookSources } from '@carrel/api/schema/books/edits'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { Segments } from '#components/segments.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Dialog, DialogBody, DialogContent, DialogHeader } from '#components/ui/dialog.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { BookHistory } from './book-history.tsx'
import { CoverChooser } from './cover-chooser.tsx'
import { EditForm } from './edit-form.tsx'
import { SourcesPanel } from './sources-panel.tsx'

const parts = ['fields', 'cover', 'sources', 'history'] as const
type Part = (typeof parts)[number]

/** Everything that people may say of a book, and where the rest of it comes from. */
export function EditDialog({ book, open, onClose }: { book: BookDetail; open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent className="max-w-2xl max-md:h-[94dvh] max-md:max-h-none">
        <DialogHeader title={t('metadata.edit.title')} description={book.title} />
        <Parts book={book} onClose={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function Parts({ book, onClose }: { book: BookDetail; onClose: () => void }) {
  const { api } = useWorkspace()
  const [part, setPart] = useState<Part>('fields')
  const { data: sources, error, refetch } = useQuery(api.edits.sources.queryOptions({ input: { bookId: book.id }, staleTime: 0 }))
  return (
    <>
      <div className="shrink-0 overflow-x-auto px-5 pb-3">
        <Segments
          label={t('edit.parts')}
          value={part}
          options={parts.map((value) => ({ value, label: t(`edit.part.${value}`) }))}
          onChange={setPart}
        />
      </div>
      {sources === undefined ? (
        <DialogBody className="pb-5">
          {error ? <ErrorNotice className="py-8" error={error} onRetry={() => void refetch()} /> : <ListSkeleton />}
        </DialogBody>
      ) : (
        <OpenPart part={part} book={book} sources={sources} onClose={onClose} />
      )}
    </>
  )
}

function OpenPart({ part, book, sources, onClose }: { part: Part; book: BookDetail; sources: BookSources; onClose: () => void }) {
  if (part === 'fields') return <EditForm book={book} sources={sources} onClose={onClose} />
  return (
    <DialogBody className="pb-5">
      {part === 'cover' && <CoverChooser book={book} sources={sources} />}
      {part === 'sources' && <SourcesPanel sources={sources} />}
      {part === 'history' && <BookHistory bookId={book.id} />}
    </DialogBody>
  )
}
