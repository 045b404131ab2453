import type { BookDetail } from '@carrel/api/schema/books'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, ChevronDown, Download, RotateCcw } from 'lucide-react'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuLinkItem, MenuTrigger } from '#components/ui/menu.tsx'
import { useCan } from '#lib/can.ts'
import { downloadUrl } from '#lib/files.ts'
import { formatBytes } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

export function BookActions({ book }: { book: BookDetail }) {
  const can = useCan()
  return (
    <div className="mt-5.5 flex flex-wrap gap-2 empty:hidden max-md:justify-center">
      {can('book:download') && <DownloadButton book={book} />}
      {can('reading:write') && <FinishedButton book={book} />}
    </div>
  )
}

function DownloadButton({ book }: { book: BookDetail }) {
  const { organizationId } = useWorkspace()
  const [first, ...others] = book.files
  if (!first) return null
  if (others.length === 0) {
    return (
      <a href={downloadUrl(organizationId, first.id)} download={first.fileName} className={buttonVariants()}>
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
        {book.files.map((file) => (
          <MenuLinkItem key={file.id} href={downloadUrl(organizationId, file.id)} download={file.fileName} closeOnClick>
            <span className="flex-1 font-medium">{file.format.toUpperCase()}</span>
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
