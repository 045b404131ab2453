import type { coverWidths } from '@carrel/api/covers'
import { createORPCErrorFromJson, isORPCErrorJson } from '@orpc/client'
import { Unreachable } from './error-text.ts'

export function coverUrl(organizationId: string, bookId: string, width: (typeof coverWidths)[number], version: string | null): string {
  const query = version === null ? '' : `?v=${encodeURIComponent(version)}`
  return `/files/${organizationId}/books/${bookId}/cover/${width}.webp${query}`
}

/** A picture that was found in another catalogue; its name holds for an hour. */
export function foundCoverUrl(organizationId: string, name: string): string {
  return `/files/${organizationId}/lookup-cover/${name}`
}

/** Null without a logo. */
export function logoUrl({ organizationId, logo }: { organizationId: string; logo: string | null }): string | null {
  return logo === null ? null : `/files/${organizationId}/logo?v=${encodeURIComponent(logo)}`
}

async function answerError(answer: Response): Promise<Error> {
  const reason: unknown = await answer.json().catch(() => undefined)
  return isORPCErrorJson(reason) ? createORPCErrorFromJson(reason) : new Unreachable()
}

/** Makes a picture the logo of a workspace. */
export async function uploadLogo({ organizationId, file }: { organizationId: string; file: File }): Promise<void> {
  const answer = await fetch(`/files/${organizationId}/logo`, { method: 'PUT', body: file, signal: AbortSignal.timeout(60_000) })
  if (!answer.ok) throw await answerError(answer)
}

/** Makes a picture the cover of a book; answers the deed, for its undoing. */
export async function uploadCover({
  organizationId,
  bookId,
  file,
}: {
  organizationId: string
  bookId: string
  file: File
}): Promise<{ changeId: string | null }> {
  const url = `/files/${organizationId}/books/${bookId}/cover`
  const answer = await fetch(url, { method: 'PUT', body: file, signal: AbortSignal.timeout(60_000) })
  if (!answer.ok) throw await answerError(answer)
  return (await answer.json()) as { changeId: string | null }
}

export function downloadUrl(organizationId: string, fileId: string): string {
  return `/files/${organizationId}/files/${fileId}`
}

/** Asks for the first byte, so that what keeps the file back is an error here and not a failed download; then saves it. */
export async function saveFile({ url, fileName }: { url: string; fileName: string }): Promise<void> {
  const answer = await fetch(url, { headers: { range: 'bytes=0-0' }, cache: 'no-store', signal: AbortSignal.timeout(20_000) })
  if (!answer.ok) throw await answerError(answer)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
}
