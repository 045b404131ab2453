/** One measured figure. `ratio` is ours against the floor of the same rounds; `goal` bounds the ratio, or the value where there is no floor. */
export type Figure = {
  name: string
  value: number
  unit: string
  floor: number | null
  ratio: number | null
  goal: number | null
  ok: boolean | null
  /** Least and greatest ratio of the rounds, or value where there is no floor. */
  spread: [number, number] | null
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

const spreadOf = (values: readonly number[]): [number, number] | null =>
  values.length > 1 ? [Math.min(...values), Math.max(...values)] : null

/** A figure of rounds in which the floor and ours took turns: the ratio is the median of the rounds' own ratios. */
export function against(name: string, unit: string, rounds: readonly { floor: number; ours: number }[], goal: number | null): Figure {
  const ratios = rounds.map(({ floor, ours }) => ours / floor)
  const ratio = median(ratios)
  return {
    name,
    value: median(rounds.map(({ ours }) => ours)),
    unit,
    floor: median(rounds.map(({ floor }) => floor)),
    ratio,
    goal,
    ok: goal === null ? null : ratio >= goal,
    spread: spreadOf(ratios),
  }
}

/** A figure without a floor, as small as possible. */
export function atMost(name: string, unit: string, values: readonly number[], goal: number | null): Figure {
  const value = median(values)
  return { name, value, unit, floor: null, ratio: null, goal, ok: goal === null ? null : value <= goal, spread: spreadOf(values) }
}

const short = (value: number | null): string => {
  if (value === null) return ''
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
}

/** A machine's line; numbers with four digits that count. */
export function toJson({ name, value, unit, floor, ratio, goal, ok }: Figure): string {
  return JSON.stringify({ name, value, unit, floor, ratio, goal, ok }, (_key, part: unknown) =>
    typeof part === 'number' ? Number(part.toPrecision(4)) : part,
  )
}

/** The figures as an aligned table. */
export function toTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, floor, ratio, goal, ok, spread }) => [
    name,
    short(value),
    unit,
    short(floor),
    short(ratio),
    spread ? `${short(spread[0])}–${short(spread[1])}` : '',
    goal === null ? '' : `${ratio === null ? '≤' : '≥'} ${short(goal)}`,
    ok === null ? '' : ok ? 'ok' : 'NOT MET',
  ])
  const head = ['figure', 'value', 'unit', 'floor', 'ratio', 'spread', 'goal', '']
  const table = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const numeric = new Set([1, 3, 4, 5, 6])
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (numeric.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n')
}
