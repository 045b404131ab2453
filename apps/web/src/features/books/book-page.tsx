import type { BookCard, BookDetail } from '@carrel/api/schema/books'
import { FileX } from 'lucide-react'
import type { CSSProperties, ReactNode } from 'react'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/class-names.ts'
import { accentFromCover } from '#lib/color.ts'
import { formatDate } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { BookActions } from './book-actions.tsx'
import { BookDetails } from './book-details.tsx'
import { EditMetadata } from './book-metadata.tsx'
import { Contributors, SeriesLine } from './book-people.tsx'
import { Cover } from './cover.tsx'
import { FileList } from './file-list.tsx'
import { Shelf } from './shelf.tsx'

/** The page of a book. `detail` is undefined while only its card is known. */
export function BookPage({
  card,
  detail,
  back,
  deeds,
}: {
  card: BookCard
  detail: BookDetail | undefined
  back: ReactNode
  /** What else may be done with it. */
  deeds?: ReactNode
}) {
  const lang = card.language ?? undefined
  return (
    <article style={accentStyle(card.cover.color)}>
      {back}
      <div className="mt-3 grid grid-cols-[280px_minmax(0,1fr)] grid-rows-[auto_1fr] gap-x-11 gap-y-7 max-lg:grid-cols-[180px_minmax(0,1fr)] max-lg:grid-rows-none max-lg:gap-x-7 max-md:grid-cols-1">
        <Cover
          book={card}
          eager
          sizes="(max-width: 1023px) 190px, 280px"
          alt={t('book.coverOf', { title: card.title })}
          className={cn('self-start shadow-float lg:row-span-2 max-md:mx-auto max-md:w-47.5', card.missing && 'opacity-55 saturate-50')}
          style={{ viewTransitionName: 'cover' }}
        />
        <div className="min-w-0 max-md:text-center">
          <h1 tabIndex={-1} data-page-heading lang={lang} dir="auto" className="book-title text-as-parent max-lg:text-[1.75rem]">
            {card.title}
          </h1>
          {detail?.subtitle && (
            <p lang={lang} dir="auto" className="mt-1.5 font-serif text-[1.125rem] leading-snug text-as-parent text-muted">
              {detail.subtitle}
            </p>
          )}
          <SeriesLine card={card} detail={detail} />
          <Contributors card={card} detail={detail} />
          {detail && <MissingNote book={detail} />}
          {detail ? <BookActions book={detail} more={deeds} /> : <DetailSkeleton />}
        </div>
        {detail && (
          <div className="flex min-w-0 flex-col gap-7 max-lg:col-span-full">
            {detail.description !== null && <Description text={detail.description} lang={lang} />}
            <BookDetails book={detail} />
            <EditMetadata book={detail} />
          </div>
        )}
      </div>
      {detail && detail.files.length > 0 && <FileList book={detail} />}
      {detail && detail.series && detail.sameSeries.length > 0 && (
        <div className="mt-10">
          <Shelf title={t('book.moreOf', { series: detail.series.name })} books={detail.sameSeries} lang={lang} />
        </div>
      )}
    </article>
  )
}

/** The page takes the accent of its cover, in both themes at AA; without a colour it keeps the usual one. */
function accentStyle(color: string | null): CSSProperties | undefined {
  const light = accentFromCover(color, 'light')
  const dark = accentFromCover(color, 'dark')
  if (!light || !dark) return undefined
  return {
    '--accent': `light-dark(${light.accent}, ${dark.accent})`,
    '--on-accent': `light-dark(${light.onAccent}, ${dark.onAccent})`,
  } as CSSProperties
}

/** Since when its files are not found, and how long it is kept. */
function MissingNote({ book }: { book: BookDetail }) {
  if (!book.missing || book.missingSince === null) return null
  const date = formatDate(book.missingSince)
  const nights = book.keptNights
  return (
    <p className="mt-4 flex max-w-[66ch] gap-2.5 rounded-box bg-warn-soft px-4 py-3 text-start text-small text-pretty">
      <FileX aria-hidden size={17} className="mt-0.5 shrink-0 text-warn" />
      <span>
        {nights === null
          ? t('book.missing.forever', { date })
          : nights === 0
            ? t('book.missing.last', { date })
            : t('book.missing.nights', { date, nights })}
      </span>
    </p>
  )
}

function Description({ text, lang }: { text: string; lang: string | undefined }) {
  return (
    <div
      lang={lang}
      dir="auto"
      className="w-fit max-w-[66ch] space-y-3.5 font-serif text-[1.03125rem] leading-[1.62] text-pretty [overflow-wrap:anywhere]"
    >
      {text.split(/\n\s*\n/).map((paragraph, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- paragraphs of one text never change places
        <p key={index}>{paragraph}</p>
      ))}
    </div>
  )
}

function DetailSkeleton() {
  return (
    <div aria-hidden>
      <div className="mt-6 flex gap-2 max-md:justify-center">
        <Skeleton className="h-9 w-32 rounded-field max-md:h-11" />
        <Skeleton className="h-9 w-40 rounded-field max-md:h-11" />
      </div>
      <div className="mt-8 space-y-3">
        <Skeleton className="h-4 w-full max-w-[60ch]" />
        <Skeleton className="h-4 w-11/12 max-w-[56ch]" />
        <Skeleton className="h-4 w-3/5 max-w-[40ch]" />
      </div>
    </div>
  )
}

export function BookPageSkeleton() {
  return (
    <div role="status" aria-label={t('state.loading')}>
      <Skeleton className="h-5 w-24" />
      <div className="mt-4 grid grid-cols-[280px_minmax(0,1fr)] gap-x-11 gap-y-7 max-lg:grid-cols-[180px_minmax(0,1fr)] max-lg:gap-x-7 max-md:grid-cols-1">
        <Skeleton className="aspect-2/3 w-full rounded-cover max-md:mx-auto max-md:w-47.5" />
        <div className="max-md:flex max-md:flex-col max-md:items-center">
          <Skeleton className="h-10 w-4/5" />
          <Skeleton className="mt-4 h-4 w-2/5" />
          <DetailSkeleton />
        </div>
      </div>
    </div>
  )
}
