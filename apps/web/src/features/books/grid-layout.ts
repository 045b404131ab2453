export type GridLayout = { columns: number; columnWidth: number; gapX: number; rowHeight: number }

const smallestColumn = 142
/** Two lines of title, one of author, and the space above them, at a root size of 16 px. */
export const captionHeight = 66

/** Columns of at least 142 px with gaps of 26 × 20; three columns on a phone. */
export function gridLayout(width: number, isPhone: boolean, scale = 1): GridLayout {
  const gapX = isPhone ? 14 : 20
  const gapY = isPhone ? 22 : 26
  const columns = isPhone ? 3 : Math.max(2, Math.floor((width + gapX) / (smallestColumn * scale + gapX)))
  const columnWidth = Math.max(0, (width - gapX * (columns - 1)) / columns)
  return { columns, columnWidth, gapX, rowHeight: columnWidth * 1.5 + captionHeight * scale + gapY }
}

export type GridMove = { key: string; index: number; columns: number; count: number; pageRows?: number; rtl?: boolean }

/** Where a key leads from a card; undefined when it does not move within the grid. */
export function moveInGrid({ key, index, columns, count, pageRows = 3, rtl = false }: GridMove): number | undefined {
  const last = count - 1
  if (last < 0) return undefined
  const clamp = (value: number): number => Math.min(last, Math.max(0, value))
  switch (key) {
    case 'ArrowRight':
      return clamp(index + (rtl ? -1 : 1))
    case 'ArrowLeft':
      return clamp(index + (rtl ? 1 : -1))
    case 'ArrowDown':
      // From a card above a shorter last row, go to its end rather than nowhere.
      return index + columns <= last ? index + columns : Math.floor(index / columns) < Math.floor(last / columns) ? last : index
    case 'ArrowUp':
      return index - columns >= 0 ? index - columns : index
    case 'PageDown':
      return clamp(index + columns * pageRows)
    case 'PageUp':
      return index - columns * pageRows >= 0 ? index - columns * pageRows : index % columns
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}

type ShelfMove = { key: string; index: number; rows: number; count: number; rtl?: boolean }

/** The same for a shelf, which is filled column by column. */
export function moveOnShelf({ key, index, rows, count, rtl = false }: ShelfMove): number | undefined {
  if (count === 0) return undefined
  const forward = key === (rtl ? 'ArrowLeft' : 'ArrowRight')
  if (forward || key === (rtl ? 'ArrowRight' : 'ArrowLeft')) {
    const next = index + (forward ? rows : -rows)
    return next < 0 ? index : Math.min(count - 1, next)
  }
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  if (rows === 1 || (key !== 'ArrowDown' && key !== 'ArrowUp')) return undefined
  const next = key === 'ArrowDown' ? index + 1 : index - 1
  return Math.floor(next / rows) === Math.floor(index / rows) && next >= 0 && next < count ? next : undefined
}
