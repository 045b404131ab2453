import type { coverWidths } from '@carrel/api/covers'

export function coverUrl(organizationId: string, bookId: string, width: (typeof coverWidths)[number], version: string | null): string {
  const query = version === null ? '' : `?v=${encodeURIComponent(version)}`
  return `/files/${organizationId}/books/${bookId}/cover/${width}.webp${query}`
}

export function downloadUrl(organizationId: string, fileId: string): string {
  return `/files/${organizationId}/files/${fileId}`
}
