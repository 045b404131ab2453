import type { BookCard as Book } from '@carrel/api/schema/books'
import { Link } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import { flushSync } from 'react-dom'
import { cn } from '#lib/class-names.ts'
import { setOpenedBook, useIsOpenedBook, wantsViewTransition } from '#lib/cover-transition.ts'
import { formatList } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { authorLine } from './author-line.ts'
import { Cover } from './cover.tsx'

type BookCardProps = { book: Book; sizes: string; eager?: boolean; tabIndex?: number; index?: number; className?: string }

export function BookCard({ book, sizes, eager = false, tabIndex, index, className }: BookCardProps) {
  const { slug } = useWorkspace()
  const opened = useIsOpenedBook(book.id)
  return (
    <Link
      to="/w/$slug/books/$bookId"
      params={{ slug, bookId: book.id }}
      viewTransition={wantsViewTransition()}
      onClick={() => flushSync(() => setOpenedBook(book.id))}
      tabIndex={tabIndex}
      data-index={index}
      data-opened={opened || undefined}
      className={cn('group block rounded-cover outline-offset-4', className)}
    >
      <CardFace book={book} sizes={sizes} eager={eager} opened={opened} />
    </Link>
  )
}

/** The same as a box to tick. */
export function SelectableCard({
  book,
  sizes,
  tabIndex,
  index,
  selected,
  onToggle,
}: Pick<BookCardProps, 'book' | 'sizes' | 'tabIndex' | 'index'> & { selected: boolean; onToggle: (range: boolean) => void }) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={selected}
      onClick={(event) => onToggle(event.shiftKey)}
      tabIndex={tabIndex}
      data-index={index}
      className="group relative block w-full rounded-cover text-start outline-offset-4"
    >
      <CardFace book={book} sizes={sizes} eager={false} opened={false} selected={selected} />
      <span
        aria-hidden
        className={cn(
          'absolute top-2 left-2 grid size-6 place-items-center rounded-full border-2 shadow-lift',
          selected ? 'border-accent bg-accent text-on-accent' : 'border-field-line bg-card',
        )}
      >
        {selected && <Check size={14} strokeWidth={3} />}
      </span>
    </button>
  )
}

function CardFace({
  book,
  sizes,
  eager,
  opened,
  selected = false,
}: {
  book: Book
  sizes: string
  eager: boolean
  opened: boolean
  selected?: boolean
}) {
  const usual = book.formats.length === 1 && book.formats[0] === 'epub'
  return (
    <>
      <Cover
        book={book}
        sizes={sizes}
        eager={eager}
        className={cn(
          'transition-[filter,box-shadow,opacity] duration-150 group-hover:shadow-float group-active:brightness-96',
          book.missing && 'opacity-55 saturate-50',
          selected && 'outline-3 outline-offset-2 outline-accent',
        )}
        style={opened ? { viewTransitionName: 'cover' } : undefined}
      />
      <span className="relative block">
        <span
          lang={book.language ?? undefined}
          dir="auto"
          className="mt-2.25 line-clamp-2 text-as-parent font-serif text-small font-[560] group-hover:text-accent"
        >
          {book.title}
        </span>
        <span lang={book.language ?? undefined} dir="auto" className="mt-0.5 block truncate text-as-parent text-meta text-muted">
          {authorLine(book.authors)}
        </span>
        {book.missing && (
          <span className="absolute -top-6.5 left-1.5 rounded-[4px] bg-paper/92 px-1.5 py-px text-[0.65rem] leading-4 font-semibold text-ink">
            {t('book.missing')}
          </span>
        )}
        <span
          className={cn(
            'absolute -top-6.5 right-1.5 rounded-[4px] bg-paper/92 px-1.5 py-px text-[0.65rem] leading-4 font-semibold tracking-[0.03em] text-ink uppercase transition-opacity duration-150',
            usual && 'opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100',
          )}
        >
          {formatList(book.formats)}
        </span>
      </span>
    </>
  )
}
