import type { Upload, UploadList } from '@carrel/api/schema/uploads'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import { pause } from '#lib/backoff.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { UploadQueue, type QueuedFile } from './queue.ts'
import { createTransport } from './transport.ts'

/** Queues live as long as the page, so that one may look at other things meanwhile. */
const queues = new Map<string, UploadQueue>()

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

/** A file of the queue, with what became of it on the server. */
export type UploadRow = QueuedFile & { upload: Upload | null }

const pollMs = 1500

/** The uploads of this page into a library, and those of the server that nobody goes on with. */
export function useUploads(libraryId: string) {
  const { api, organizationId } = useWorkspace()
  const client = useQueryClient()
  const queue = useMemo(() => {
    const known = queues.get(libraryId)
    if (known) return known
    const made = new UploadQueue({
      transport: createTransport(organizationId),
      libraryId,
      memory,
      pause,
      onSent: () => void client.invalidateQueries({ queryKey: api.uploads.key() }),
    })
    queues.set(libraryId, made)
    return made
  }, [api, client, libraryId, organizationId])
  const files = useSyncExternalStore(queue.subscribe, queue.files)
  const ended = (data: UploadList | undefined, file: QueuedFile) =>
    data?.items.some(({ id, state }) => id === file.uploadId && (state === 'done' || state === 'refused')) ?? false
  const { data } = useQuery(
    api.uploads.list.queryOptions({
      input: { libraryId },
      refetchInterval: ({ state }) => (queue.files().some((file) => file.state === 'sent' && !ended(state.data, file)) ? pollMs : false),
    }),
  )
  const uploads = new Map(data?.items.map((upload) => [upload.id, upload]))
  const rows = files.map((file): UploadRow => ({ ...file, upload: uploads.get(file.uploadId ?? '') ?? null }))
  const ours = new Set(files.map(({ uploadId }) => uploadId))
  const unfinished = data?.items.filter(({ id, state }) => state === 'open' && !ours.has(id)) ?? []
  return { queue, rows, unfinished, store: data?.store ?? null }
}
