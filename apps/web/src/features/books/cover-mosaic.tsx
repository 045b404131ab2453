import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { phone, useMedia } from '#lib/use-media.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { Cover } from './cover.tsx'
import { fillMosaic, type MosaicCells } from './mosaic.ts'
import { usePendingCovers } from './pending-covers.ts'

/** The books found so far, flying in one after the other. Decorative: the figures say it in words. */
export function CoverMosaic({ libraryId, live }: { libraryId: string; live: boolean }) {
  const { api } = useWorkspace()
  const isPhone = useMedia(phone)
  const capacity = isPhone ? 35 : 64
  const [mosaic, setMosaic] = useState<MosaicCells>({ cells: [], next: 0 })
  const { data, refetch } = useQuery(
    api.books.list.queryOptions({ input: { libraryId, sort: 'added', limit: 100 }, refetchInterval: live ? 1500 : false }),
  )
  const seen = usePendingCovers(async () => void (await refetch()))
  const [taken, setTaken] = useState<typeof data>()
  if (data && data !== taken) {
    setTaken(data)
    setMosaic(fillMosaic(mosaic, data.items, capacity))
  }
  useEffect(() => seen(mosaic.cells), [mosaic, seen])
  return (
    <div aria-hidden className="mt-7 grid min-h-87 grid-cols-16 content-start gap-2 max-md:min-h-96 max-md:grid-cols-7 max-md:gap-1.5">
      {mosaic.cells.map((book, index) => (
        <div key={book.id} className="animate-settle" style={{ animationDelay: `${(index % 16) * 22}ms` }}>
          <Cover book={book} sizes="52px" className="rounded-[3px]" />
        </div>
      ))}
      {live &&
        Array.from({ length: capacity - mosaic.cells.length }, (_, index) => (
          <div key={`free ${index}`} className="aspect-2/3 rounded-[3px] bg-soft" />
        ))}
    </div>
  )
}
