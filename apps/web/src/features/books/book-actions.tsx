import type { BookDetail } from '@carrel/api/schema/books'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, ChevronDown, Download, RotateCcw } from 'lucide-react'
import type { MouseEvent, ReactNode } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuLinkItem, MenuTrigger } from '#components/ui/menu.tsx'
import { useCan } from '#lib/can.ts'
import { downloadUrl, saveFile } from '#lib/files.ts'
import { formatBytes } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { ReadAgain } from './read-again.tsx'

export function BookActions({ book, more }: { book: BookDetail; more?: ReactNode }) {
  const can = useCan()
  const save = useMutation({ mutationFn: saveFile })
  return (
    <>
      <div className="mt-5.5 flex flex-wrap gap-2 empty:hidden max-md:justify-center">
        {can('book:download') && <DownloadButton book={book} onSave={(file) => !save.isPending && save.mutate(file)} />}
        {can('reading:write') && <FinishedButton book={book} />}
        <ReadAgain book={book} />
        {more}
      </div>
      <div className="mt-3 max-w-[66ch] empty:hidden max-md:text-start">
        <FormError error={save.error} />
      </div>
    </>
  )
}

type Save = (file: { url: string; fileName: string }) => void

/** Links, so that they can be copied and saved as any other; a plain press says on the page what went wrong. */
function DownloadButton({ book, onSave }: { book: BookDetail; onSave: Save }) {
  const { organizationId } = useWorkspace()
  const there = book.files.filter(({ missing }) => !missing)
  const [first, ...others] = there
  const link = ({ id, fileName }: BookDetail['files'][number]) => ({
    href: downloadUrl(organizationId, id),
    download: fileName,
    onClick: (event: MouseEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      onSave({ url: downloadUrl(organizationId, id), fileName })
    },
  })
  if (!first) return null
  if (others.length === 0) {
    return (
      <a {...link(first)} className={buttonVariants()}>
        <Download aria-hidden size={16} />
        {t('book.download')}
        <span className="font-normal">
          {first.format.toUpperCase()} · {formatBytes(first.size)}
        </span>
      </a>
    )
  }
  return (
    <Menu>
      <MenuTrigger className={buttonVariants()}>
        <Download aria-hidden size={16} />
        {t('book.download')}
        <ChevronDown aria-hidden size={15} className="-mr-1" />
      </MenuTrigger>
      <MenuContent>
        {there.map((file) => (
          <MenuLinkItem key={file.id} {...link(file)} closeOnClick>
            {there.some((other) => other !== file && other.format === file.format) ? (
              <span dir="auto" className="max-w-80 flex-1 truncate font-medium max-md:max-w-[60vw]">
                {file.shortName}
              </span>
            ) : (
              <span className="flex-1 font-medium">{file.format.toUpperCase()}</span>
            )}
            <span className="tabular text-meta text-muted">{formatBytes(file.size)}</span>
          </MenuLinkItem>
        ))}
      </MenuContent>
    </Menu>
  )
}

function FinishedButton({ book }: { book: BookDetail }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const queryKey = api.books.get.queryKey({ input: { bookId: book.id } })
  const finished = book.readingStatus === 'finished'
  const mark = useMutation(
    api.reading.mark.mutationOptions({
      onMutate: ({ status }) => {
        client.setQueryData(queryKey, (old: BookDetail | undefined) => old && { ...old, readingStatus: status })
      },
      onError: (error) => {
        toastError(error)
        void client.invalidateQueries({ queryKey })
      },
      onSuccess: (_, { status }) => toast(t(status === 'finished' ? 'book.markedFinished' : 'book.markedUnread')),
    }),
  )
  return (
    <Button
      variant="outline"
      aria-pressed={finished}
      disabled={mark.isPending}
      onClick={() => mark.mutate({ bookId: book.id, status: finished ? 'unread' : 'finished' })}
      className={finished ? 'text-accent' : undefined}
    >
      {finished ? <RotateCcw aria-hidden size={16} /> : <Check aria-hidden size={16} />}
      {t(finished ? 'book.markUnread' : 'book.markFinished')}
    </Button>
  )
}
