import { createORPCErrorFromJson, isORPCErrorJson } from '@orpc/client'
import { Unreachable } from '#lib/error-text.ts'

/** The upload protocol of the server; see `apps/server/src/http/uploads.ts`. */
export type Transport = {
  /** Begins one, or goes on with the one of the same file that belongs to the same. Answers how much of it is there. */
  begin(
    libraryId: string,
    file: { path: string; size: number; together: string | null },
    signal: AbortSignal,
  ): Promise<{ uploadId: string; offset: number }>
  /** Bytes that are there; null when there is no such upload any more. */
  offset(uploadId: string, signal: AbortSignal): Promise<number | null>
  /** Sends the bytes that follow; answers how many are there then. */
  send(uploadId: string, start: number, bytes: Blob, signal: AbortSignal): Promise<number>
  end(uploadId: string): Promise<void>
}

/** Longer than any server waits for one part. */
const partLimitMs = 90_000
const shortLimitMs = 20_000

async function refusal(answer: Response): Promise<Error> {
  const reason: unknown = await answer.json().catch(() => undefined)
  return isORPCErrorJson(reason) ? createORPCErrorFromJson(reason) : new Unreachable()
}

/** The last folders order the parts of a recording. */
const sentSegments = 3

const base64 = (text: string): string => btoa(String.fromCodePoint(...new TextEncoder().encode(text)))
const offsetOf = (answer: Response): number => Number(answer.headers.get('upload-offset') ?? 0)

export function createTransport(organizationId: string): Transport {
  const at = `/files/${organizationId}/uploads`
  const ask = async (method: string, path: string, init: RequestInit, signal: AbortSignal, limitMs = shortLimitMs) =>
    fetch(path, { ...init, method, signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) })
  return {
    async begin(libraryId, { path, size, together }, signal) {
      const filename = path.split('/').slice(-sentSegments).join('/')
      const metadata = Object.entries({ filename, library: libraryId, ...(together !== null && { together }) })
      const headers = {
        'upload-length': String(size),
        'upload-metadata': metadata.map(([key, value]) => `${key} ${base64(value)}`).join(','),
      }
      const answer = await ask('POST', at, { headers }, signal)
      if (answer.status !== 201) throw await refusal(answer)
      return { uploadId: answer.headers.get('location')?.split('/').at(-1) ?? '', offset: offsetOf(answer) }
    },
    async offset(uploadId, signal) {
      const answer = await ask('HEAD', `${at}/${uploadId}`, {}, signal)
      if (answer.status === 404) return null
      if (!answer.ok) throw new Unreachable()
      return offsetOf(answer)
    },
    async send(uploadId, start, bytes, signal) {
      const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(start) }
      const answer = await ask('PATCH', `${at}/${uploadId}`, { headers, body: bytes }, signal, partLimitMs)
      if (!answer.ok) throw await refusal(answer)
      return offsetOf(answer)
    },
    async end(uploadId) {
      await ask('DELETE', `${at}/${uploadId}`, {}, new AbortController().signal)
    },
  }
}
