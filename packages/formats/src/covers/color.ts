const binBits = 4

/** The mean of the most frequent of 4,096 bins of colour in RGBA pixels, as `#rrggbb`. */
export function dominantColor(rgba: Uint8Array): string {
  const counts = new Uint32Array(1 << (3 * binBits))
  const shift = 8 - binBits
  const binAt = (i: number) =>
    (((rgba[i] ?? 0) >> shift) << (2 * binBits)) | (((rgba[i + 1] ?? 0) >> shift) << binBits) | ((rgba[i + 2] ?? 0) >> shift)
  let top = 0
  for (let i = 0; i < rgba.length; i += 4) {
    const bin = binAt(i)
    const count = (counts[bin] ?? 0) + 1
    counts[bin] = count
    if (count > (counts[top] ?? 0)) top = bin
  }
  const sums: [number, number, number] = [0, 0, 0]
  for (let i = 0; i < rgba.length; i += 4) {
    if (binAt(i) !== top) continue
    sums[0] += rgba[i] ?? 0
    sums[1] += rgba[i + 1] ?? 0
    sums[2] += rgba[i + 2] ?? 0
  }
  const total = Math.max(1, counts[top] ?? 0)
  return `#${sums
    .map((sum) =>
      Math.round(sum / total)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
