import { parsePosition } from '../epub/series.ts'
import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import type { Series } from '../types.ts'

/** No file system has longer ones. */
const maxName = 255
const number = String.raw`(\d{1,4}(?:\.\d{1,2})?)`
/** What may stand behind the number: the end, a title parted by a dash, brackets; never the other end of a range. */
const behind = String.raw`(?:v\d)?(?=$|\s+-\s|\s*[(\[,])`
const volume = String.raw`(?:\s+(?:v|vol\.?\s*|volume\s+)\d{1,4})?`

const patterns = [
  new RegExp(String.raw`^(.+?)${volume}\s+#${number}${behind}`, 'i'),
  new RegExp(String.raw`^(.+?)${volume}\s+(?:c|ch\.?\s*|chap\.?\s*|chapter\s+)${number}${behind}`, 'i'),
  new RegExp(String.raw`^(.+?)\s+(?:v|vol\.?\s*|volume\s+)${number}${behind}`, 'i'),
  new RegExp(String.raw`^(.+?)\s+(0\d{1,3}(?:\.\d{1,2})?)${behind}`),
]

/**
 * The series and the number that the name of a comic plainly states, as `Series v01 #003 (2019)`, `Series - c012`, `Series 003`.
 * A number that may be part of a title (`Catch 22`), a range and a name without a series tell nothing.
 */
export function guessSeries(path: string): Series | null {
  const base = path.slice(path.lastIndexOf('/') + 1)
  if (base.length > maxName) return null
  const name = base
    .replace(/\.[a-z0-9]{1,4}$/i, '')
    .replaceAll('_', ' ')
    .replace(/\s+/g, ' ')
    .replace(/^(?:\s*\[[^\]]*\])+/, '')
    .trim()
  for (const pattern of patterns) {
    const match = pattern.exec(name)
    if (!match) continue
    const series = cleanLine(match[1]?.replace(/(?:\s*[([][^()[\]]*[)\]])+$/, '').replace(/[\s,–-]+$/, ''), limits.name)
    return series !== null && /\p{L}/u.test(series) ? { name: series, position: parsePosition(match[2]) } : null
  }
  return null
}
