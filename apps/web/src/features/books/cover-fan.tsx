import type { BookCard } from '@carrel/api/schema/books'
import { useQuery } from '@tanstack/react-query'
import { useWorkspace } from '#lib/workspace.ts'
import { Cover } from './cover.tsx'

/** The newest covers of a library, side by side at the end of its tile. */
export function CoverFan({ libraryId }: { libraryId: string }) {
  const { api } = useWorkspace()
  const { data } = useQuery(api.books.list.queryOptions({ input: { libraryId, sort: 'added', limit: 12 } }))
  return (
    <span aria-hidden className="flex h-full shrink-0 items-end pr-4">
      {fanOf(data?.items ?? []).map((book, index) => (
        <span
          key={book.id}
          className="-ml-6 block w-17 translate-y-2 transition-transform duration-150 first:ml-0 group-hover:translate-y-0.5"
          style={{ zIndex: 3 - index, transitionDelay: `${index * 25}ms` }}
        >
          <Cover book={book} sizes="68px" className="rounded-b-none" />
        </span>
      ))}
    </span>
  )
}

/** Three of the newest, rather with a picture and not the same title again. */
function fanOf(books: readonly BookCard[]): readonly BookCard[] {
  const titles = new Map(books.toReversed().map((book) => [book.title, book]))
  const distinct = [...titles.values()].toReversed()
  return [...distinct.filter(({ cover }) => cover.state === 'ready'), ...distinct.filter(({ cover }) => cover.state !== 'ready')].slice(
    0,
    3,
  )
}
