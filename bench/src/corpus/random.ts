/** Small seeded generator (mulberry32); numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const integer = (random: () => number, below: number): number => Math.floor(random() * below)

export function pick<T>(random: () => number, from: readonly T[]): T {
  const found = from[integer(random, from.length)]
  if (found === undefined) throw new RangeError('Nothing to pick from')
  return found
}
