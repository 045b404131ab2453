import type { coverWidths } from '@carrel/api/covers'
import { createORPCErrorFromJson, isORPCErrorJson } from '@orpc/client'
import { Unreachable } from './error-text.ts'

export function coverUrl(organizationId: string, bookId: string, width: (typeof coverWidths)[number], version: string | null): string {
  const query = version === null ? '' : `?v=${encodeURIComponent(version)}`
  return `/files/${organizationId}/books/${bookId}/cover/${width}.webp${query}`
}

export function downloadUrl(organizationId: string, fileId: string): string {
  return `/files/${organizationId}/files/${fileId}`
}

/** Asks for the first byte, so that what keeps the file back is an error here and not a failed download; then saves it. */
export async function saveFile({ url, fileName }: { url: string; fileName: string }): Promise<void> {
  const answer = await fetch(url, { headers: { range: 'bytes=0-0' }, cache: 'no-store', signal: AbortSignal.timeout(20_000) })
  if (!answer.ok) {
    const reason: unknown = await answer.json().catch(() => undefined)
    throw isORPCErrorJson(reason) ? createORPCErrorFromJson(reason) : new Unreachable()
  }
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
}
