type Token = { text: string } | { digits: string }

function tokensOf(segment: string): Token[] {
  return (segment.match(/\d+|\D+/g) ?? []).map((part) => (/^\d/.test(part) ? { digits: part.replace(/^0+(?=\d)/, '') } : { text: part }))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareTokens(a: Token, b: Token): number {
  if ('digits' in a && 'digits' in b) return a.digits.length - b.digits.length || compareText(a.digits, b.digits)
  if ('text' in a && 'text' in b) return compareText(a.text, b.text)
  return 'digits' in a ? -1 : 1
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): number {
  for (const [i, each] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    const order = compare(each, other)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/**
 * Paths in the order in which people number pages: numbers by their value, case aside, what lies in one folder
 * kept together. The extension counts last, so that `page1` precedes `page1-2`.
 */
export function inNaturalOrder<T>(items: readonly T[], pathOf: (item: T) => string): T[] {
  return items
    .map((item) => {
      const path = pathOf(item)
      const stem = path.replaceAll('\\', '/').replace(/\.[^./]*$/, '')
      return { item, path, segments: stem.normalize('NFKC').toLowerCase().split('/').map(tokensOf) }
    })
    .sort((a, b) => compareLists(a.segments, b.segments, (x, y) => compareLists(x, y, compareTokens)) || compareText(a.path, b.path))
    .map(({ item }) => item)
}
