const [open, close] = ['\u2068', '\u2069']

/** A name keeps to itself in a sentence of any direction, and can be found in it again. */
export const isolate = (name: string): string => `${open}${name}${close}`

/** The parts of a sentence by where they begin; those that are names, marked. */
export function partsOf(sentence: string): { at: number; text: string; name: boolean }[] {
  let at = 0
  return sentence
    .split(new RegExp(`(${open}[^${close}]*${close})`, 'u'))
    .filter((part) => part !== '')
    .map((part) => {
      const name = part.startsWith(open)
      const found = { at, text: name ? part.slice(1, -1) : part, name }
      at += part.length
      return found
    })
}
