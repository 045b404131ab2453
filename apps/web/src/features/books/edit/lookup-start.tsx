import type { LookupSource } from '@carrel/api/schema/lookup'
import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { formatAll, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { sourceName } from './found.ts'

/** Where the reader may look up books of this library; nowhere unless the operator of the server allows it. */
export function useLookupSources(libraryId: string): readonly LookupSource[] {
  const { api } = useWorkspace()
  const may = useCanInLibrary(libraryId, 'metadata:fetch') === true
  const { data } = useQuery(api.lookup.sources.queryOptions({ enabled: may, staleTime: 600_000 }))
  return (may && data) || []
}

const focus = (element: HTMLElement | null): void => element?.focus()

/** The way to the look-up, and what came of it. */
export function LookupStart({
  sources,
  returned,
  taken,
  onOpen,
}: {
  sources: readonly LookupSource[]
  /** The reader comes back from there. */
  returned: boolean
  taken: number
  onOpen: () => void
}) {
  return (
    <div className="flex items-center gap-3 rounded-box bg-soft py-2 pr-2 pl-3.5">
      <p role="status" className="min-w-0 flex-1 text-small text-muted">
        {taken > 0
          ? t('lookup.taken', { count: taken, fields: formatNumber(taken) })
          : t('lookup.hint', { sources: formatAll(sources.map(sourceName)) })}
      </p>
      <Button ref={returned ? focus : undefined} variant="outline" onClick={onOpen}>
        <Search aria-hidden size={15} />
        {t('lookup.button')}
      </Button>
    </div>
  )
}
