import type { BookCard } from '@carrel/api/schema/books'

export type MosaicCells = { cells: readonly BookCard[]; next: number }

const isBare = ({ cover }: BookCard): boolean => cover.state === 'none'
const isReady = ({ cover }: BookCard): boolean => cover.state === 'ready'

/**
 * Takes over newer cards in place and fills free cells. When full, books with a cover take the
 * places of typeset ones, then of the oldest cells, at most `most` of these at a time: it should
 * live, not flicker. A typeset cover of a title that is there already adds nothing.
 */
export function fillMosaic({ cells, next }: MosaicCells, incoming: readonly BookCard[], capacity: number, most = 8): MosaicCells {
  const fresh = new Map(incoming.map((card) => [card.id, card]))
  const filled = cells.slice(0, capacity).map((card) => fresh.get(card.id) ?? card)
  const known = new Set(filled.map(({ id }) => id))
  const titles = new Set(filled.map(({ title }) => title))
  let turn = next
  let replaced = 0
  for (const card of incoming) {
    if (known.has(card.id) || (isBare(card) && titles.has(card.title))) continue
    const bare = filled.length < capacity || isBare(card) ? -1 : filled.findIndex(isBare)
    if (filled.length < capacity) filled.push(card)
    else if (bare !== -1) filled[bare] = card
    else if (isReady(card) && replaced < most) {
      filled[turn] = card
      turn = (turn + 1) % capacity
      replaced += 1
    } else continue
    known.add(card.id)
    titles.add(card.title)
  }
  return { cells: filled, next: turn }
}
