/** What a name promises: one book, a part of an audiobook, an image that may be a cover, or a file that tells of a book. */
export type FileKind = 'book' | 'audio' | 'image' | 'opf' | 'comicinfo'

const extensions = new Map<string, FileKind>(
  (
    [
      ['book', 'epub pdf cbz cbr cb7 cbt zip rar 7z mobi azw azw3 prc fb2'],
      ['audio', 'm4b m4a aax aaxc mp3 flac ogg oga opus'],
      ['image', 'jpg jpeg png webp'],
      ['opf', 'opf'],
    ] as const
  ).flatMap(([kind, names]) => names.split(' ').map((name): [string, FileKind] => [name, kind])),
)

/**
 * What a walker should take a file for, by its name alone; null for files of no interest, hidden ones and the
 * `._` companions of macOS among them. What the file really is, its content decides.
 */
export function fileKind(name: string): FileKind | null {
  const base = name.slice(name.lastIndexOf('/') + 1)
  if (base.startsWith('.')) return null
  if (base.length === 13 && base.toLowerCase() === 'comicinfo.xml') return 'comicinfo'
  const dot = base.lastIndexOf('.')
  return dot > 0 ? (extensions.get(base.slice(dot + 1).toLowerCase()) ?? null) : null
}
