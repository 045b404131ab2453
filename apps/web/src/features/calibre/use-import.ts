import type { CalibreMappingInput, ImportedCalibre } from '@carrel/api/schema/calibre'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useWorkspace } from '#lib/workspace.ts'
import type { Place } from './place.ts'

const counted = ['books', 'matched', 'changed', 'kept', 'notFound', 'readStates', 'values'] as const
export type Total = Record<(typeof counted)[number], number> & {
  missing: string[]
  /** What can be taken back, page by page. */
  changeIds: string[]
}
export type ImportState = {
  phase: 'running' | 'stopped' | 'failed' | 'done'
  total: Total
  error: unknown
  /** Where it goes on. */
  after: number
}

const shownMissing = 20
const nothing: Total = { books: 0, matched: 0, changed: 0, kept: 0, notFound: 0, readStates: 0, values: 0, missing: [], changeIds: [] }
const add = (total: Total, page: ImportedCalibre): Total => ({
  ...(Object.fromEntries(counted.map((key) => [key, total[key] + page[key]])) as Omit<Total, 'missing' | 'changeIds'>),
  missing: [...total.missing, ...page.missing].slice(0, shownMissing),
  changeIds: [...total.changeIds, ...(page.changeId === null ? [] : [page.changeId])],
})

/** Takes over page after page until the end, or until it is stopped or left; then it can go on where it was. */
export function useImport(libraryId: string) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [state, setState] = useState<ImportState | null>(null)
  const wanted = useRef(false)
  useEffect(
    () => () => {
      wanted.current = false
    },
    [],
  )

  async function run(place: Place, mapping: CalibreMappingInput, from: Pick<ImportState, 'total' | 'after'>): Promise<void> {
    wanted.current = true
    let { total, after } = from
    setState({ phase: 'running', total, after, error: null })
    try {
      let goesOn = true
      while (goesOn && wanted.current) {
        const page = await api.calibre.import.call({ libraryId, ...place, mapping, after })
        total = add(total, page)
        goesOn = page.next !== null
        after = page.next ?? after
        setState({ phase: goesOn ? 'running' : 'done', total, after, error: null })
      }
      if (goesOn) setState({ phase: 'stopped', total, after, error: null })
    } catch (error) {
      setState({ phase: 'failed', total, after, error })
    }
    const stale = [api.books.key(), api.libraries.key(), api.edits.key(), api.duplicates.key()]
    await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })))
  }

  return {
    state,
    start: (place: Place, mapping: CalibreMappingInput) => void run(place, mapping, { total: nothing, after: 0 }),
    resume: (place: Place, mapping: CalibreMappingInput) => state && void run(place, mapping, state),
    stop: () => {
      wanted.current = false
    },
    reset: () => setState(null),
  }
}
