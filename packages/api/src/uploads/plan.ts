import { hash } from 'node:crypto'
import path from 'node:path'
import { unitHash, unitsOf } from '../scans/listing/units.ts'

/**
 * Which of these files would be one book if a library found them where they lie: for each path what its upload says as `together`,
 * null where it is of no interest. `drop` keeps apart what came at different times.
 */
export function planUploads(drop: string, paths: readonly string[]): (string | null)[] {
  const folders = Map.groupBy(paths, (each) => path.posix.dirname(each))
  const together = new Map<string, string>()
  const below = Map.groupBy(folders.keys(), (folder) => path.posix.dirname(folder))
  for (const [folder, files] of folders) {
    const loose = folder === '.'
    const names = new Map(files.map((file) => [path.posix.basename(file), file]))
    for (const [name, { unit }] of unitsOf(loose ? '' : folder, [...names.keys()], {
      loose,
      folders: below.get(folder)?.map((each) => path.posix.basename(each)) ?? [],
    }))
      together.set(names.get(name) ?? '', hash('sha256', `${drop} ${unit}`, 'hex').slice(0, 32))
  }
  return paths.map((each) => (isHidden(each) ? null : (together.get(each) ?? null)))
}

/** Also what lies in a hidden folder. */
const isHidden = (file: string): boolean => file.split('/').some((name) => name.startsWith('.'))

/** The unit of what one person uploads into one library as belonging together; nobody else's has it, whatever they send. */
export const uploadUnit = ({ libraryId, userId, together }: { libraryId: string; userId: string; together: string }): string =>
  unitHash(`upload ${libraryId} ${userId} ${together}`)
