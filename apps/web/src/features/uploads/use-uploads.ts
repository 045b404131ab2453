import { limits } from '@carrel/api/limits'
import type { Upload } from '@carrel/api/schema/uploads'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { pause } from '#lib/backoff.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { Intake } from './intake.ts'
import { UploadQueue, type QueuedFile } from './queue.ts'
import { createTransport } from './transport.ts'

/** Queues live as long as the page, so that one may look at other things meanwhile. */
const queues = new Map<string, { queue: UploadQueue; intake: Intake }>()

/** Storage may be blocked; then a reload begins anew. */
const memory: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = {
  getItem: (key) => attempt(() => localStorage.getItem(key)),
  setItem: (key, value) => void attempt(() => localStorage.setItem(key, value)),
  removeItem: (key) => void attempt(() => localStorage.removeItem(key)),
}
function attempt<T>(act: () => T): T | null {
  try {
    return act()
  } catch {
    return null
  }
}

const pollMs = 1500

export const isEnded = ({ upload }: QueuedFile): boolean => upload?.state === 'done' || upload?.state === 'refused'

async function settle(queue: UploadQueue, ask: (ids: string[]) => Promise<Upload[]>): Promise<void> {
  for (let left = queue.untold(); left.length > 0;) {
    const told = await ask(left.slice(0, limits.pageSize)).catch(() => [])
    queue.note(told)
    const now = queue.untold()
    if (now.length >= left.length) return
    left = now
  }
}

/** The uploads of this page into a library, and those of the server that nobody goes on with. */
export function useUploads(libraryId: string) {
  const { api, organizationId } = useWorkspace()
  const client = useQueryClient()
  const { queue, intake } = useMemo(() => {
    const known = queues.get(libraryId)
    if (known) return known
    const files = new UploadQueue({
      transport: createTransport(organizationId),
      libraryId,
      memory,
      pause,
      onSent: () => void client.invalidateQueries({ queryKey: api.uploads.key() }),
    })
    const ask = async (drop: string, paths: string[]) => (await api.uploads.plan.call({ libraryId, drop, paths })).together
    const made = { queue: files, intake: new Intake(ask, files) }
    queues.set(libraryId, made)
    return made
  }, [api, client, libraryId, organizationId])
  const rows = useSyncExternalStore(queue.subscribe, queue.files)
  const intaking = useSyncExternalStore(intake.subscribe, intake.state)
  const { data } = useQuery(
    api.uploads.list.queryOptions({
      input: { libraryId },
      refetchInterval: () => (queue.files().some((file) => file.state === 'sent' && !isEnded(file)) ? pollMs : false),
    }),
  )
  useEffect(() => {
    queue.note(data?.items ?? [])
    // The list is as long as it may be, and some ended unheard while nobody looked at the page.
    if (data?.waiting === 0) void settle(queue, async (ids) => (await api.uploads.list.call({ libraryId, ids })).items)
  }, [api, libraryId, queue, data])
  const ours = new Set(rows.map(({ uploadId }) => uploadId))
  const unfinished = data?.items.filter(({ id, state }) => state === 'open' && !ours.has(id)) ?? []
  return { queue, intake, intaking, rows, unfinished, store: data?.store ?? null }
}
