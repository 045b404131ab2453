import { noMetadata, type BookMetadata, type FileFormat } from '@carrel/formats'
import type { SourceKind } from '../../libraries/schema.ts'
import { pathBelowUpload } from '../../uploads/keys.ts'
import { EditableField, type BookEdits } from '../edits/schema.ts'

/** The fields that sources tell of and people edit; the facts of a file (layout, pages …) are not among them. */
export const editableFields = EditableField.exclude(['cover']).options satisfies (keyof BookMetadata)[]

export type SourceFile = {
  path: string
  role: 'book' | 'sidecar'
  format: FileFormat | null
  metadata: BookMetadata | null
  sha256: string | null
}

/** Formats in the order in which a book of several is described by them, and opened. */
const preferred: readonly (FileFormat | null)[] = [
  'epub',
  'azw3',
  'mobi',
  'fb2',
  'cbz',
  'cbr',
  'cb7',
  'cbt',
  'pdf',
  'm4b',
  'opus',
  'ogg',
  'flac',
  'mp3',
]
export const audioFormats: ReadonlySet<FileFormat | null> = new Set(['m4b', 'mp3', 'flac', 'ogg', 'opus'])
const rank = ({ format }: SourceFile): number => {
  const at = preferred.indexOf(format)
  return at < 0 ? preferred.length : at
}
const trackOrder = ({ metadata }: SourceFile): number => (metadata?.track?.disc ?? 1) * 100_000 + (metadata?.track?.number ?? 99_999)
const byNumbers = new Intl.Collator('en', { numeric: true })

/** By names, numbers in them by their value. */
export function comparePaths(a: string, b: string): number {
  const [one, other] = [pathBelowUpload(a), pathBelowUpload(b)]
  return byNumbers.compare(one, other) || (one < other ? -1 : one > other ? 1 : a < b ? -1 : 1)
}

/** The first describes the book; audio files stand in the order in which they are heard. */
export const inOrder = <F extends SourceFile>(files: readonly F[]): F[] =>
  files.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (audioFormats.has(a.format) && audioFormats.has(b.format) ? trackOrder(a) - trackOrder(b) : 0) ||
      comparePaths(a.path, b.path),
  )

export const isTold = (value: unknown): boolean => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)

/**
 * What is known of a book: each field from what people wrote, else from the first source that tells of it. Files come before or
 * after sidecars as `precedence` says. The facts of the book's files stay what they are; playing times add up.
 */
export function composeMetadata(
  { files, sidecars, edits }: { files: readonly SourceFile[]; sidecars: readonly SourceFile[]; edits: BookEdits },
  precedence: readonly SourceKind[],
): BookMetadata {
  const ordered = inOrder(files)
  const kinds = { file: ordered, sidecar: sidecars }
  const sources = precedence.flatMap((kind) => kinds[kind]).flatMap(({ metadata }) => metadata ?? [])
  const told = (field: (typeof editableFields)[number]): unknown =>
    field in edits ? edits[field] : sources.find((source) => isTold(source[field]))?.[field]
  const fields = Object.fromEntries(
    editableFields.flatMap((field) => {
      const value = told(field)
      return value === undefined ? [] : [[field, value]]
    }),
  )
  // A sorted title belongs to the title that it was made for.
  const titled = sources.find((source) => isTold(source.title))
  if (!('sortTitle' in edits)) fields['sortTitle'] = 'title' in edits ? null : (titled?.sortTitle ?? null)
  const first = ordered.find(({ metadata }) => metadata)?.metadata ?? noMetadata
  const audio = ordered.filter(({ format }) => audioFormats.has(format))
  // What is there twice is heard once.
  const heard = [...new Map(audio.map((file) => [file.sha256 ?? file, file.metadata?.duration ?? 0])).values()]
  return {
    ...noMetadata,
    ...fields,
    layout: first.layout,
    vertical: first.vertical,
    drm: first.drm,
    pages: ordered.find(({ metadata }) => isTold(metadata?.pages))?.metadata?.pages ?? null,
    duration: heard.length > 0 ? heard.reduce((sum, seconds) => sum + seconds, 0) : null,
  }
}

/** The file whose picture is the cover: one that lies beside the book, else the first that holds one. */
export function coverFile<F extends SourceFile & { hasCover: boolean }>(files: readonly F[], sidecars: readonly F[]): F | undefined {
  const pictures = sidecars.filter(({ format }) => format === 'image')
  return inOrder(pictures).find(({ hasCover }) => hasCover) ?? inOrder(files).find(({ hasCover }) => hasCover)
}

/** Of the present files, each once, the one that describes the book first. */
export const formatsOf = (files: readonly SourceFile[]): string[] => [...new Set(inOrder(files).flatMap(({ format }) => format ?? []))]
