import type { BookCard as Book } from '@carrel/api/schema/books'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { phone, useMedia } from '#lib/use-media.ts'
import { BookCard, SelectableCard } from './book-card.tsx'
import { gridLayout, moveInGrid } from './grid-layout.ts'

type BookGridProps = {
  books: readonly Book[]
  /** How many there are in all, when known; read out by screen readers. */
  total?: number
  label: string
  /** Called when the last loaded rows come near. */
  onNearEnd?: () => void
  onVisible?: (books: readonly Book[]) => void
  /** Books are chosen instead of opened. */
  selection?: { has: (bookId: string) => boolean; onToggle: (index: number, range: boolean) => void } | undefined
}

/** The cover grid: only what is near the screen exists, arrows move through all of it. */
export function BookGrid({ books, total, label, onNearEnd, onVisible, selection }: BookGridProps) {
  const list = useRef<HTMLUListElement>(null)
  const isPhone = useMedia(phone)
  const [box, setBox] = useState({ width: 0, top: 0, scale: 1 })
  const [active, setActive] = useState(0)
  const wantsFocus = useRef<number | null>(null)

  useLayoutEffect(() => {
    const element = list.current
    if (!element) return
    const measure = (): void => {
      const { width, top } = element.getBoundingClientRect()
      const scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
      const next = { width, top: Math.round(top + scrollY), scale }
      setBox((old) => (old.width === next.width && old.top === next.top && old.scale === next.scale ? old : next))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])

  const layout = gridLayout(box.width, isPhone, box.scale)
  const { columns, columnWidth, gapX, rowHeight } = layout
  const rows = Math.ceil(books.length / columns)
  // oxlint-disable-next-line react/incompatible-library -- no React Compiler is in use
  const virtualizer = useWindowVirtualizer({
    count: box.width === 0 ? 0 : rows,
    estimateSize: () => rowHeight,
    overscan: 3,
    scrollMargin: box.top,
    scrollPaddingStart: 24,
    scrollPaddingEnd: isPhone ? 96 : 24,
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])

  const visible = virtualizer.getVirtualItems()
  const first = (visible[0]?.index ?? 0) * columns
  const end = Math.min(books.length, ((visible.at(-1)?.index ?? -1) + 1) * columns)

  const rowsAhead = rows - Math.ceil(end / columns)
  useEffect(() => {
    if (end > 0 && rowsAhead < 8) onNearEnd?.()
  }, [end, rowsAhead, onNearEnd])

  useEffect(() => {
    if (end > first) onVisible?.(books.slice(first, end))
  }, [books, first, end, onVisible])

  useEffect(() => {
    const index = wantsFocus.current
    if (index === null) return
    const card = list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)
    if (!card) return
    wantsFocus.current = null
    card.focus({ preventScroll: true })
  })

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl'
    const pageRows = Math.max(1, Math.floor(innerHeight / rowHeight))
    const index = moveInGrid({ key: event.key, index: active, columns, count: books.length, pageRows, rtl })
    if (index === undefined) return
    event.preventDefault()
    setActive(index)
    wantsFocus.current = index
    if (index < columns) scrollTo({ top: 0 })
    else virtualizer.scrollToIndex(Math.floor(index / columns), { align: 'auto' })
  }

  const tabStop = active >= first && active < end ? active : first
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move between the links inside
    <ul
      ref={list}
      aria-label={label}
      className="relative"
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        const index = Number((event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index)
        if (Number.isInteger(index)) setActive(index)
      }}
    >
      {books.slice(first, end).map((book, offset) => {
        const index = first + offset
        const x = (index % columns) * (columnWidth + gapX)
        const y = Math.floor(index / columns) * rowHeight
        return (
          <li
            key={book.id}
            aria-setsize={total ?? -1}
            aria-posinset={index + 1}
            className="absolute top-0 left-0 rtl:right-0 rtl:left-auto"
            style={{ width: columnWidth, transform: `translate(${x}px, ${y}px)` }}
          >
            {selection ? (
              <SelectableCard
                book={book}
                index={index}
                tabIndex={index === tabStop ? 0 : -1}
                sizes={`${Math.ceil(columnWidth)}px`}
                selected={selection.has(book.id)}
                onToggle={(range) => selection.onToggle(index, range)}
              />
            ) : (
              <BookCard book={book} index={index} tabIndex={index === tabStop ? 0 : -1} sizes={`${Math.ceil(columnWidth)}px`} />
            )}
          </li>
        )
      })}
    </ul>
  )
}
