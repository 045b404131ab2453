import { limits } from '@carrel/api/limits'
import type { BookDetail } from '@carrel/api/schema/books'
import type { BookSources } from '@carrel/api/schema/books/edits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ImageUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { uploadCover } from '#lib/files.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { Cover } from '../cover.tsx'
import { useToastUndo } from './use-undo.ts'

const types = ['image/png', 'image/jpeg', 'image/webp']
const automatic = 'automatic'
const none = 'none'
const uploaded = 'uploaded'

/** The picture of a book: the usual one, that of one of its files, none, or one that is put up. */
export function CoverChooser({ book, sources }: { book: BookDetail; sources: BookSources }) {
  const { api, organizationId } = useWorkspace()
  const client = useQueryClient()
  const toastUndo = useToastUndo()
  const input = useRef<HTMLInputElement>(null)
  const [wrong, setWrong] = useState<'type' | 'size' | null>(null)
  const done = async ({ changeId }: { changeId: string | null }) => {
    await Promise.all([api.books.key(), api.edits.key()].map((queryKey) => client.invalidateQueries({ queryKey })))
    if (changeId) toastUndo(t('edit.cover.changed'), changeId)
  }
  const choose = useMutation(api.edits.update.mutationOptions({ onSuccess: done }))
  const upload = useMutation({ mutationFn: uploadCover, onSuccess: done })
  const working = choose.isPending || upload.isPending
  const pictured = sources.sources.filter(({ hasCover }) => hasCover)
  const locked = sources.locked.includes('cover')
  const shown = pictured.find(({ isCover }) => isCover)?.fileId
  const value = !locked ? automatic : (shown ?? (book.cover.state === 'none' ? none : uploaded))
  const onChange = (next: string): void => {
    if (working || next === uploaded) return
    upload.reset()
    const bookId = book.id
    if (next === automatic) choose.mutate({ bookId, clear: ['cover'] })
    else choose.mutate({ bookId, cover: next === none ? null : { fileId: next } })
  }
  const put = (file: File | undefined): void => {
    choose.reset()
    upload.reset()
    if (!file || working) return
    const reason = !types.includes(file.type) ? 'type' : file.size > limits.coverBytes ? 'size' : null
    setWrong(reason)
    if (reason === null) upload.mutate({ organizationId, bookId: book.id, file })
  }
  return (
    <div className="grid grid-cols-[150px_minmax(0,1fr)] gap-6 max-md:grid-cols-1">
      <Cover
        book={book}
        eager
        sizes="150px"
        alt={t('book.coverOf', { title: book.title })}
        className="self-start max-md:mx-auto max-md:w-32"
      />
      <div className="min-w-0">
        <fieldset>
          <legend id="cover-choice" className="sr-only">
            {t('edit.field.cover')}
          </legend>
          <RadioGroup
            aria-labelledby="cover-choice"
            value={value}
            onValueChange={(next) => onChange(next)}
            disabled={working}
            className="grid gap-2"
          >
            <RadioCard value={automatic} title={t('edit.cover.automatic')} description={t('edit.cover.automatic.text')} />
            {pictured.map(({ fileId, fileName, kind }) => (
              <RadioCard
                key={fileId}
                value={fileId}
                title={<bdi className="[overflow-wrap:anywhere]">{fileName}</bdi>}
                description={t(kind === 'file' ? 'edit.cover.inside' : 'edit.cover.beside')}
              />
            ))}
            {value === uploaded && (
              <RadioCard value={uploaded} title={t('edit.cover.uploaded')} description={t('edit.cover.uploaded.text')} />
            )}
            <RadioCard value={none} title={t('edit.cover.none')} description={t('edit.cover.none.text')} />
          </RadioGroup>
        </fieldset>
        <div className="mt-4">
          <input
            ref={input}
            type="file"
            accept={types.join()}
            aria-label={t('edit.cover.upload')}
            className="peer sr-only"
            onChange={(event) => {
              put(event.target.files?.[0])
              event.target.value = ''
            }}
          />
          <Button
            variant="outline"
            // The field itself has the focus and the name.
            tabIndex={-1}
            aria-hidden
            disabled={working}
            onClick={() => input.current?.click()}
            className="peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent"
          >
            <ImageUp aria-hidden size={16} />
            {upload.isPending ? t('action.working') : t('edit.cover.upload')}
          </Button>
          <p className="mt-1.5 text-meta text-muted">{t('edit.cover.upload.text')}</p>
        </div>
        <div aria-live="polite" className="mt-2.5 empty:hidden">
          {wrong !== null && <p className="text-small text-danger">{t(`edit.cover.wrong.${wrong}`)}</p>}
          <FormError error={upload.error ?? choose.error} />
        </div>
      </div>
    </div>
  )
}
