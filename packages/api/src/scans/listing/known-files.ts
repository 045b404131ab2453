import type { InRun } from '../in-job.ts'
import { readKnownFiles, readKnownPage, type FilePlace, type KnownFile, type KnownPage } from './queries.ts'
import { parting, recordValues, type WalkPart } from './walk-protocol.ts'

/** Where one stands in a page: at which file, and where its record begins. `files`: read when one differs, for most pages never. */
type Place = { page: KnownPage; index: number; at: number; files?: Promise<Map<string, KnownFile>> }

/**
 * What is known of a part of a folder, in the order of a walk, a page at a time; two more are read while one is looked through. A
 * file that is no more when it is looked at is passed over.
 */
export function knownFiles(inRun: InRun, { id, below }: { id: string; below: string }) {
  const read = (after: FilePlace | null) => inRun((scope) => readKnownPage(scope, id, below, after), { readOnly: true })
  const readFiles = (page: KnownPage) => inRun((scope) => readKnownFiles(scope, id, below, page), { readOnly: true })
  const behind = (reading: Promise<KnownPage | null>): Promise<KnownPage | null> => {
    const following = reading.then((page) => (page?.more ? read(page.last) : null))
    // Whoever needs the page hears of its failure.
    following.catch(() => {})
    return following
  }
  let coming: Promise<KnownPage | null> = read(null)
  let later = behind(coming)
  /** Pages that are here and not passed. */
  const here: Place[] = []
  let seen: KnownFile | undefined

  const more = async (): Promise<boolean> => {
    const page = await coming
    coming = later
    later = behind(later)
    if (!page || page.length === 0) return false
    here.push({ page, index: 0, at: 0 })
    return true
  }
  const first = async (): Promise<Place | undefined> => {
    if (here[0]?.index === here[0]?.page.length) here.shift()
    return here.length > 0 || (await more()) ? here[0] : undefined
  }

  const nextOf = (place: Place): void => {
    for (let value = 0; value < recordValues; value += 1) place.at = place.page.records.indexOf(parting, place.at) + parting.length
    place.index += 1
  }

  return {
    async peek(): Promise<KnownFile | undefined> {
      while (!seen) {
        const place = await first()
        if (!place) return undefined
        const path = place.page.records.slice(place.at, place.page.records.indexOf(parting, place.at))
        seen = (await (place.files ??= readFiles(place.page))).get(path)
        if (!seen) nextOf(place)
      }
      return seen
    },
    /** The one that was peeked at. */
    take(): KnownFile {
      const taken = seen as KnownFile
      nextOf(here[0] as Place)
      seen = undefined
      return taken
    },
    /** Passes these files, when exactly they come next and need no look; answers whether it did. */
    async skip({ text, records }: WalkPart): Promise<boolean> {
      await first()
      let from = 0
      let left = records
      let passed = 0
      for (;;) {
        if (passed === here.length && !(await more())) return false
        const place = here[passed] as Place
        const length = Math.min(place.page.records.length - place.at, text.length - from)
        if (place.page.records.slice(place.at, place.at + length) !== text.slice(from, from + length)) return false
        from += length
        if (from === text.length) {
          here[passed] = { ...place, index: place.index + left, at: place.at + length }
          here.splice(0, passed)
          seen = undefined
          return true
        }
        left -= place.page.length - place.index
        passed += 1
      }
    },
  }
}
