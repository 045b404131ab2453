import type { BookCard } from '@carrel/api/schema/books'

export type MosaicCells = { cells: readonly BookCard[]; next: number }

const isBare = ({ cover }: BookCard): boolean => cover.state === 'none'

/**
 * Takes over newer cards in place, fills free cells, then lets pictures take the places of typeset
 * covers and of the oldest cells. A typeset cover of a title that is there already adds nothing.
 */
export function fillMosaic({ cells, next }: MosaicCells, incoming: readonly BookCard[], capacity: number): MosaicCells {
  const fresh = new Map(incoming.map((card) => [card.id, card]))
  const filled = cells.slice(0, capacity).map((card) => fresh.get(card.id) ?? card)
  const known = new Set(filled.map(({ id }) => id))
  const titles = new Set(filled.map(({ title }) => title))
  let turn = next
  for (const card of incoming) {
    if (known.has(card.id) || (isBare(card) && titles.has(card.title))) continue
    if (filled.length < capacity) filled.push(card)
    else if (isBare(card)) continue
    else {
      const bare = filled.findIndex(isBare)
      filled[bare === -1 ? turn % capacity : bare] = card
      if (bare === -1) turn = (turn + 1) % capacity
    }
    known.add(card.id)
    titles.add(card.title)
  }
  return { cells: filled, next: turn }
}
