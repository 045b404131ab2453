import { limits } from '@carrel/api/limits'
import { useEffect, useState } from 'react'
import { useWorkspace } from '#lib/workspace.ts'
import { fillMosaic, type MosaicCells } from './mosaic.ts'
import { usePendingCovers } from './pending-covers.ts'

const everyMs = 1300
/** Pages to look through for covers once the scan has ended. */
const lastLook = 8

/** Books of a library for the mosaic: the newest over and over while it is live, and the older ones page by page. */
export function useFoundBooks(libraryId: string, live: boolean, capacity: number): MosaicCells['cells'] {
  const { api } = useWorkspace()
  const [{ cells }, setMosaic] = useState<MosaicCells>({ cells: [], next: 0 })
  const seen = usePendingCovers(() => Promise.resolve())

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    let cursor: string | undefined
    let round = 0
    async function look(): Promise<void> {
      const from = round % 2 === 0 && live ? undefined : cursor
      try {
        const page = await api.books.list.call({
          libraryId,
          sort: 'added',
          limit: limits.pageSize,
          ...(from === undefined ? {} : { cursor: from }),
        })
        if (over) return
        if (from !== undefined || cursor === undefined) cursor = page.nextCursor ?? undefined
        setMosaic((old) => fillMosaic(old, page.items, capacity))
      } catch {
        // The figures beside it say what is wrong, if something is.
      }
      round += 1
      if (!over && (live || (cursor !== undefined && round < lastLook))) timer = setTimeout(look, live ? everyMs : 100)
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [api, libraryId, live, capacity])

  useEffect(() => {
    if (live) seen(cells)
  }, [cells, live, seen])
  return cells
}
