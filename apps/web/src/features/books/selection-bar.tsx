import { limits } from '@carrel/api/limits'
import type { BookCard } from '@carrel/api/schema/books'
import { Combine, Pencil, X } from 'lucide-react'
import { type ReactNode, Suspense, useEffect, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const EditManyDialog = lazyComponent(() => import('./edit/edit-many-dialog.tsx'), 'EditManyDialog')
const MergeDialog = lazyComponent(() => import('./edit/merge-dialog.tsx'), 'MergeDialog')
const mergedAtOnce = 20

/** What can be done with the chosen books; stays in sight at the foot of the page. */
export function SelectionBar({
  books,
  mayEdit,
  actions,
  onClear,
  onDone,
}: {
  books: readonly BookCard[]
  mayEdit: boolean
  /** What else can be done with them. */
  actions?: ReactNode
  onClear: () => void
  onDone: () => void
}) {
  const [asking, setAsking] = useState<'edit' | 'merge' | null>(null)
  const close = () => setAsking(null)
  useEffect(() => {
    if (asking !== null) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !isInside(event.target)) onClear()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [asking, onClear])
  const done = () => {
    close()
    onDone()
  }
  return (
    <section
      aria-label={t('select.bar')}
      className="fixed bottom-5 left-1/2 z-30 flex w-max max-w-[calc(100vw-24px)] -translate-x-1/2 items-center gap-2 rounded-box border border-line bg-card p-2 pl-4 shadow-float md:ml-31 max-md:bottom-[calc(72px+env(safe-area-inset-bottom))] max-md:flex-wrap max-md:gap-1.5 max-md:pl-3 max-md:[&_button]:px-3"
    >
      <p role="status" className="tabular mr-2 text-small whitespace-nowrap max-md:mr-auto">
        {t('select.count', { count: books.length, books: formatNumber(books.length) })}
      </p>
      {mayEdit && (
        <>
          <Button variant="outline" disabled={books.length === 0 || books.length > limits.booksAtOnce} onClick={() => setAsking('edit')}>
            <Pencil aria-hidden size={15} className="max-md:hidden" />
            {t('select.edit')}
          </Button>
          <Button variant="outline" disabled={books.length < 2 || books.length > mergedAtOnce} onClick={() => setAsking('merge')}>
            <Combine aria-hidden size={15} className="max-md:hidden" />
            {t('select.merge')}
          </Button>
        </>
      )}
      {actions}
      <Button variant="ghost" size="icon" aria-label={t('select.end')} onClick={onClear}>
        <X aria-hidden size={17} />
      </Button>
      <Suspense>
        {asking === 'edit' && <EditManyDialog open books={books} onClose={close} onDone={done} />}
        {asking === 'merge' && <MergeDialog open books={books} onClose={close} onDone={done} />}
      </Suspense>
    </section>
  )
}

/** Escape has another meaning in menus, dialogs and fields. */
const isInside = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [role=menu], [role=listbox], [role=dialog]') !== null
