import { hash } from 'node:crypto'
import { fileKind, type FileKind } from '@carrel/formats/names'

export type FileRole = 'book' | 'sidecar'
/** The unit of a file: files of one unit are one book. `/`-separated, below the library's folder. */
export type Placed = { unit: string; role: FileRole }

const fold = (name: string): string => name.normalize('NFC').toLowerCase()
const stem = (name: string): string => name.slice(0, name.lastIndexOf('.'))
const disc = /^(?:cd|dis[ck]|part|teil|vol(?:ume)?|side)[ _.-]*\d{1,3}$/i
const anyDirectory = /^(?:cover|folder|front|poster)$/i

/** How a unit is kept: 32 hexadecimal digits. */
export const unitHash = (unit: string): string => hash('sha256', unit, 'hex').slice(0, 32)

/** Numbers, and the words that stand before them in parts of one recording, do not tell two books apart. */
const partless = (name: string): string =>
  fold(stem(name))
    .replaceAll(/\d+/g, '')
    .replaceAll(/\b(?:part|pt|chapter|track|disc|disk|cd|of)\b/g, '')
    .replaceAll(/[\s_.()[\]-]+/g, '')

/** The folder of a recording, of one of its folders: the one above for a disc's. */
export function recordingOf(folder: string): string {
  const at = folder.lastIndexOf('/')
  return disc.test(folder.slice(at + 1)) ? folder.slice(0, Math.max(0, at)) : folder
}

/** The name of a file, behind that of its disc where it lies in one; other folders are not told. */
export function nameInRecording(path: string): string {
  const parts = path.split('/')
  const [folder = '', name = ''] = [parts.at(-2), parts.at(-1)]
  return disc.test(folder) ? `${folder}/${name}` : name
}

/** `loose`: the files lie in no folder. `folders`: names of those in this one. */
type Around = { loose?: boolean; folders?: readonly string[] }

/**
 * Which files of one folder belong together, by their names alone:
 *
 * - files that differ only in their extension are one book in several formats;
 * - a folder with `metadata.opf`, as calibre writes it, is one book;
 * - audio files of a folder are one book, those of `CD 1`, `Disc 2` … with those of the folder above; in the library's own
 *   folder each is a book of its own, and so are `.m4b` files that are not parts of one name; of `loose` files, which lie in no
 *   folder, those are one book that differ in nothing but the numbers of parts;
 * - `metadata.opf`, `ComicInfo.xml`, `cover.jpg` and `folder.jpg` tell of the one book of a folder; `Name.opf` and `Name.jpg`
 *   tell of the book of that name; above the folders of discs they tell of the recording.
 *
 * Files that are neither a book nor beside one are left out.
 */
export function unitsOf(folder: string, names: readonly string[], { loose = false, folders = [] }: Around = {}): Map<string, Placed> {
  const of: Record<FileKind, string[]> = { book: [], audio: [], image: [], opf: [], comicinfo: [] }
  for (const name of names) {
    const kind = fileKind(name)
    if (kind) of[kind].push(name)
  }
  const placed = new Map<string, Placed>()
  const own = (name: string) => `${folder}/${fold(stem(name))}`
  const whole = of.opf.some((name) => fold(name) === 'metadata.opf') && folder !== ''
  for (const name of of.book) placed.set(name, { unit: whole ? folder : own(name), role: 'book' })

  const { audio } = of
  const books = audio.filter((name) => /\.m4b$/i.test(name))
  const parted = new Set(books.map(partless)).size === 1 && books.length === audio.length
  const apart = folder === '' || (books.length > 0 && !parted)
  const recording = recordingOf(folder)
  for (const name of audio) placed.set(name, { unit: apart && !whole ? own(name) : recording, role: 'book' })
  // No name of a file has a slash.
  if (loose)
    for (const [common, names] of Map.groupBy(audio, partless))
      if (new Set(names.map(own)).size > 1) for (const name of names) placed.set(name, { unit: `${folder}/parts/${common}`, role: 'book' })

  const beside = [...of.image, ...of.opf, ...of.comicinfo]
  if (beside.length === 0) return placed
  const units = new Set([...placed.values()].map(({ unit }) => unit))
  const above = units.size === 0 && folder !== '' && folders.some((name) => disc.test(name)) ? [folder] : []
  const [only] = units.size === 1 ? units : above
  const tellsOfFolder = new Set([
    ...of.comicinfo,
    ...of.opf.filter((name) => fold(name) === 'metadata.opf'),
    ...of.image.filter((name) => anyDirectory.test(stem(name))),
  ])
  for (const name of beside) {
    const unit = units.has(own(name)) ? own(name) : tellsOfFolder.has(name) ? only : undefined
    if (unit !== undefined) placed.set(name, { unit, role: 'sidecar' })
  }
  return placed
}
