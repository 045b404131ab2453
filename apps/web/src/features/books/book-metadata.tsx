import type { BookDetail } from '@carrel/api/schema/books'
import { Pencil } from 'lucide-react'
import { Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const EditDialog = lazyComponent(() => import('./edit/edit-dialog.tsx'), 'EditDialog')

/** For those who may edit what is known of a book. */
export function EditMetadata({ book }: { book: BookDetail }) {
  const mayEdit = useCanInLibrary(book.libraryId, 'metadata:edit') === true
  const [open, setOpen] = useState<boolean | null>(null)
  if (!mayEdit) return null
  return (
    <>
      <Button variant="outline" className="self-start max-md:self-stretch" onClick={() => setOpen(true)}>
        <Pencil aria-hidden size={15} />
        {t('metadata.edit')}
      </Button>
      {open !== null && (
        <Suspense>
          <EditDialog book={book} open={open} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
