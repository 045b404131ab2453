import { phone, useMedia } from '#lib/use-media.ts'
import { Cover } from './cover.tsx'
import { useFoundBooks } from './use-found-books.ts'

/** The books found so far, flying in one after the other. Decorative: the figures say it in words. */
export function CoverMosaic({ libraryId, live }: { libraryId: string; live: boolean }) {
  const isPhone = useMedia(phone)
  const capacity = isPhone ? 35 : 64
  const books = useFoundBooks(libraryId, live, capacity)
  return (
    <div aria-hidden className="mt-7 grid min-h-87 grid-cols-16 content-start gap-2 max-md:min-h-96 max-md:grid-cols-7 max-md:gap-1.5">
      {books.map((book, index) => (
        <div key={book.id} className="animate-settle" style={{ animationDelay: `${(index % 16) * 22}ms` }}>
          <Cover book={book} sizes="52px" className="rounded-[3px]" />
        </div>
      ))}
      {live &&
        Array.from({ length: Math.max(0, capacity - books.length) }, (_, index) => (
          <div key={`free ${index}`} className="aspect-2/3 rounded-[3px] bg-soft" />
        ))}
    </div>
  )
}
