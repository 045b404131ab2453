import { limits } from '@carrel/api/limits'

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)
const byNumbers = new Intl.Collator('en', { numeric: true })

/** Folder by folder, numbers in names by their value. */
export const inOrder = <T extends { path: string }>(files: readonly T[]): T[] =>
  files.toSorted((a, b) => byNumbers.compare(folderOf(a.path), folderOf(b.path)) || byNumbers.compare(a.path, b.path))

/** Paths in pieces that the server takes at a time; a folder, whose files are judged together, is cut only where it alone is too much. */
export function pieces(paths: readonly string[], most: { count: number; characters: number } = limits.plannedPaths): string[][] {
  const cut: string[][] = []
  let piece: string[] = []
  let characters = 0
  const end = () => {
    if (piece.length > 0) cut.push(piece)
    piece = []
    characters = 0
  }
  for (const folder of Map.groupBy(paths, folderOf).values()) {
    const length = folder.reduce((sum, path) => sum + path.length, 0)
    if (piece.length + folder.length > most.count || characters + length > most.characters) end()
    for (const path of folder) {
      if (piece.length === most.count || characters + path.length > most.characters) end()
      piece.push(path)
      characters += path.length
    }
  }
  end()
  return cut
}

export type Ask = (drop: string, paths: string[]) => Promise<readonly (string | null)[]>

/** What each of these paths belongs together with; those that the server would pass by are not among them. */
export async function planDrop(ask: Ask, drop: string, paths: readonly string[]): Promise<Map<string, string>> {
  const planned = new Map<string, string>()
  for (const piece of pieces(paths.filter((path) => path.length <= limits.plannedPaths.length))) {
    const together = await ask(drop, piece)
    for (const [at, path] of piece.entries()) {
      const unit = together[at]
      if (unit) planned.set(path, unit)
    }
  }
  return planned
}

/** 32 hexadecimal digits; also where a page has no secure context. */
export const randomDrop = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
