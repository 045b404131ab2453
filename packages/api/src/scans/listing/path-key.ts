const order = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800)

/** Compares texts as their UTF-8 bytes compare, which is how the database orders `path_key`. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (left !== right) return order(left) - order(right)
  }
  return a.length - b.length
}

/** The column `path_key` of a path. */
export function pathKey(path: string): string {
  const key = path.replaceAll('/', '\u0001')
  return key.length <= 512 ? key : Array.from(key).slice(0, 512).join('')
}
