import { Form } from '@base-ui/react/form'
import type { BookCard } from '@carrel/api/schema/books'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { authorLine } from '../author-line.ts'
import { useToastUndo } from './use-undo.ts'

type MergeProps = { books: readonly BookCard[]; open: boolean; onClose: () => void; onDone: () => void }

/** Asks which of these books stays; the files and places of the others become its own. */
export function MergeDialog({ books, open, onClose, onDone }: MergeProps) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent>
        <DialogHeader title={t('merge.title', { count: books.length, books: formatNumber(books.length) })} description={t('merge.text')} />
        <MergeForm books={books} onDone={onDone} />
      </DialogContent>
    </Dialog>
  )
}

function MergeForm({ books, onDone }: Pick<MergeProps, 'books' | 'onDone'>) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const toastUndo = useToastUndo()
  const [target, setTarget] = useState(books[0]?.id ?? '')
  const merge = useMutation(
    api.edits.merge.mutationOptions({
      onSuccess: async ({ changeId }) => {
        await Promise.all([api.books.key(), api.edits.key(), api.libraries.key()].map((queryKey) => client.invalidateQueries({ queryKey })))
        if (changeId) toastUndo(t('merge.done'), changeId)
        onDone()
      },
    }),
  )
  return (
    <Form
      className="contents"
      onFormSubmit={() =>
        !merge.isPending && merge.mutate({ bookId: target, sourceIds: books.flatMap(({ id }) => (id === target ? [] : [id])) })
      }
    >
      <DialogBody className="pb-5">
        <fieldset>
          <legend id="merge-target" className="mb-1.5 text-small font-medium">
            {t('merge.which')}
          </legend>
          <RadioGroup aria-labelledby="merge-target" value={target} onValueChange={(next) => setTarget(next)} className="grid gap-2">
            {books.map((book) => (
              <RadioCard
                key={book.id}
                value={book.id}
                title={
                  <span lang={book.language ?? undefined} dir="auto" className="[overflow-wrap:anywhere]">
                    {book.title}
                  </span>
                }
                description={
                  <>
                    <bdi>{authorLine(book.authors)}</bdi> · {formatList(book.formats.map((format) => format.toUpperCase()))}
                  </>
                }
              />
            ))}
          </RadioGroup>
        </fieldset>
      </DialogBody>
      <DialogFooter>
        <FormError error={merge.error} />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={merge.isPending}>
          {merge.isPending ? t('action.working') : t('merge.confirm')}
        </Button>
      </DialogFooter>
    </Form>
  )
}
