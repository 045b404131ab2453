/** What follows a comma in a name without being a first name. */
const suffix = /^(?:jr|sr|[ivx]+|ph\.? ?d|m\.? ?d|inc|ltd|llc|gmbh|co|corp|s\.?a|ag|kg|esq|obe|cbe)\b\.?/i

/** Of “Last, First” the name and how it sorts; null for a name that holds no comma, or holds it for another reason. */
export function turnedName(name: string): { name: string; sortName: string } | null {
  const [last, first, ...more] = name.split(',').map((part) => part.trim())
  if (!last || !first || more.length > 0 || suffix.test(first)) return null
  if (/[&/]|\b(?:and|und|et|y)\b/i.test(name) || first.split(' ').length > 4) return null
  return { name: `${first} ${last}`, sortName: `${last}, ${first}` }
}
