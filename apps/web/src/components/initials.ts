const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function firstGrapheme(text: string): string {
  for (const { segment } of segmenter.segment(text)) return segment
  return ''
}

/** One or two letters that stand for a name; whole graphemes in any script. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s\-_.]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const picked = words.length > 1 ? [words[0] ?? '', words.at(-1) ?? ''] : [words[0] ?? name]
  return picked.map(firstGrapheme).join('').toLocaleUpperCase()
}
