/** What tells files of one book apart: their names, with the folders that not all of them lie in; in the order of `paths`. */
export function shortNamesOf(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split('/'))
  const [first] = parts
  if (!first) return []
  const folders = Math.min(...parts.map(({ length }) => length)) - 1
  let common = 0
  while (common < folders && parts.every((each) => each[common] === first[common])) common += 1
  return parts.map((each) => each.slice(common).join('/'))
}
