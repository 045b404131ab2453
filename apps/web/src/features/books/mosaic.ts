import type { BookCard } from '@carrel/api/schema/books'

export type MosaicCells = { cells: readonly BookCard[]; next: number }

/** Takes over newer cards in place, fills free cells, then replaces the oldest ones in turn. */
export function fillMosaic({ cells, next }: MosaicCells, incoming: readonly BookCard[], capacity: number): MosaicCells {
  const fresh = new Map(incoming.map((card) => [card.id, card]))
  const filled = cells.slice(0, capacity).map((card) => fresh.get(card.id) ?? card)
  const known = new Set(filled.map(({ id }) => id))
  let turn = next
  for (const card of incoming) {
    if (known.has(card.id)) continue
    known.add(card.id)
    if (filled.length < capacity) filled.push(card)
    else {
      filled[turn % capacity] = card
      turn = (turn + 1) % capacity
    }
  }
  return { cells: filled, next: turn }
}
