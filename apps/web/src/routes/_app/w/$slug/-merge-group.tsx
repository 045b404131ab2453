import type { BookCard } from '@carrel/api/schema/books'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { MergeDialog } from '#features/books/edit/merge-dialog.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Makes one book of those that look the same. */
export function MergeGroup({ books }: { books: readonly BookCard[] }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="outline" onClick={() => setOpen(true)}>
        {t('merge.confirm')}
      </Button>
      <MergeDialog
        books={books}
        open={open}
        onClose={() => setOpen(false)}
        onDone={() => {
          setOpen(false)
          void client.invalidateQueries({ queryKey: api.duplicates.key() })
        }}
      />
    </>
  )
}
