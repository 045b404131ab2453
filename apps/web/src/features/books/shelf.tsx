import type { BookCard as Book } from '@carrel/api/schema/books'
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/class-names.ts'
import { useMedia } from '#lib/use-media.ts'
import { BookCard } from './book-card.tsx'
import { moveOnShelf } from './grid-layout.ts'

const track = 'grid grid-flow-col auto-cols-[138px] gap-5 max-md:auto-cols-[calc((100%-28px)/3)] max-md:gap-3.5'
/** From edge to edge of the page. */
const bleed = '-mx-10 px-10 pt-1.5 pb-4 max-lg:-mx-7 max-lg:px-7 max-md:-mx-4.5 max-md:px-4.5'

type ShelfProps = { title: string; action?: ReactNode; books: readonly Book[]; lang?: string | undefined; rows?: 1 | 2 }

/** Covers that scroll sideways, in one row or, where there is room, two; arrows move along. */
export function Shelf({ title, action, books, lang, rows: wished = 1 }: ShelfProps) {
  const id = useId()
  const list = useRef<HTMLUListElement>(null)
  const [active, setActive] = useState(0)
  const roomy = useMedia('(min-width: 48rem)')
  const rows = roomy && books.length > 12 ? wished : 1

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || event.ctrlKey || event.shiftKey) return
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl'
    const index = moveOnShelf({ key: event.key, index: active, rows, count: books.length, rtl })
    if (index === undefined) return
    event.preventDefault()
    setActive(index)
    list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus()
  }

  return (
    <section aria-labelledby={id} className="min-w-0">
      <div className="mb-3.5 flex items-baseline justify-between gap-4">
        <h2 id={id} lang={lang} dir="auto" className="section-title min-w-0 truncate">
          {title}
        </h2>
        {action}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move between the links inside */}
      <ul
        ref={list}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          const index = Number((event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index)
          if (Number.isInteger(index)) setActive(index)
        }}
        className={cn(
          track,
          rows === 2 && 'grid-rows-2 gap-y-6.5',
          bleed,
          'snap-x snap-proximity scroll-px-10 overflow-x-auto overscroll-x-contain [scrollbar-width:none] max-lg:scroll-px-7 max-md:scroll-px-4.5',
        )}
      >
        {books.map((book, index) => (
          <li key={book.id} className="min-w-0 snap-start">
            <BookCard
              book={book}
              index={index}
              tabIndex={index === Math.min(active, books.length - 1) ? 0 : -1}
              eager={index < 9 * rows}
              sizes="(max-width: 767px) 30vw, 138px"
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

export function ShelfSkeleton() {
  return (
    <div aria-hidden className="min-w-0">
      <Skeleton className="mb-3.5 h-5.25 w-36" />
      <div className={cn(track, bleed, 'overflow-hidden')}>
        {Array.from({ length: 9 }, (_, index) => (
          <CardSkeleton key={index} />
        ))}
      </div>
    </div>
  )
}

export function CardSkeleton() {
  return (
    <div>
      <Skeleton className="aspect-2/3 rounded-cover" />
      <Skeleton className="mt-3 h-3.5 w-4/5" />
      <Skeleton className="mt-2 mb-6 h-3 w-3/5" />
    </div>
  )
}

export function GridSkeleton() {
  return (
    <div aria-hidden className="grid grid-cols-[repeat(auto-fill,minmax(142px,1fr))] gap-x-5 gap-y-6.5 max-md:grid-cols-3 max-md:gap-x-3.5">
      {Array.from({ length: 24 }, (_, index) => (
        <CardSkeleton key={index} />
      ))}
    </div>
  )
}
