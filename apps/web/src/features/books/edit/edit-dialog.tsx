import type { BookDetail } from '@carrel/api/schema/books'
import type { BookSources } from '@carrel/api/schema/books/edits'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
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
  const [written, setWritten] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const close = () => {
    setWritten(false)
    setLeaving(false)
    onClose()
  }
  return (
    // “Cancel” is meant; a key, or a click beside the dialog, may not be.
    <Dialog open={open} onOpenChange={(next, { reason }) => !next && (written && reason !== 'close-press' ? setLeaving(true) : close())}>
      <DialogContent className="max-w-2xl max-md:h-[94dvh] max-md:max-h-none">
        <DialogHeader title={t('metadata.edit.title')} description={book.title} />
        <Parts book={book} onClose={close} onWritten={setWritten} />
        <ConfirmDialog
          subject={leaving ? book : null}
          onClose={() => setLeaving(false)}
          title={() => t('edit.leave.title')}
          text={() => t('edit.leave.text')}
          confirm={t('edit.leave.confirm')}
          pending={false}
          error={null}
          onConfirm={close}
        />
      </DialogContent>
    </Dialog>
  )
}

type Close = { onClose: () => void; onWritten: (written: boolean) => void }

function Parts({ book, onClose, onWritten }: { book: BookDetail } & Close) {
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
        <>
          {/* Kept while one looks at the other parts, with what was written and not saved. */}
          <div className={part === 'fields' ? 'contents' : 'hidden'}>
            <EditForm book={book} sources={sources} onClose={onClose} onWritten={onWritten} />
          </div>
          {part !== 'fields' && <OtherPart part={part} book={book} sources={sources} />}
        </>
      )}
    </>
  )
}

function OtherPart({ part, book, sources }: { part: Exclude<Part, 'fields'>; book: BookDetail; sources: BookSources }) {
  return (
    <DialogBody className="pb-5">
      {part === 'cover' && <CoverChooser book={book} sources={sources} />}
      {part === 'sources' && <SourcesPanel sources={sources} />}
      {part === 'history' && <BookHistory bookId={book.id} />}
    </DialogBody>
  )
}
