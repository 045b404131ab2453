/** What changed in one folder of a library: folders below it, `/`-separated, `''` for itself. */
export type Stir = {
  paths: readonly string[]
  /** Something is not there any more. It may be found elsewhere. */
  gone: boolean
  /** So much changed that nobody knows what. */
  whole: boolean
}
/** Part of a library to look through: all of it, one of its folders, or what lies below a path of one. */
export type Part = { folderId?: string; path?: string }

const partsAtMost = 8

/**
 * What to look through after these changes. What went away is looked for together with what came, so that a move is
 * seen as one.
 */
export function partsOf(stirs: ReadonlyMap<string, Stir>): Part[] {
  const stirred = [...stirs].filter(([, { paths, whole }]) => whole || paths.length > 0)
  if (stirred.length > 1 && stirred.some(([, { gone, whole }]) => gone || whole)) return [{}]
  return stirred.flatMap(([folderId, { paths, gone, whole }]) => {
    if (whole) return [{ folderId }]
    const clean = withoutNested(paths.map(walkable))
    const parts = gone || clean.length > partsAtMost ? [commonFolder(clean)] : clean
    return parts.map((path) => (path === '' ? { folderId } : { folderId, path }))
  })
}

/** The nearest folder of a path that a run can be told to begin at. */
function walkable(path: string): string {
  let at = path
  while (at !== '' && (Buffer.byteLength(at) > 1000 || ['\ufffd', '\0', '\u0001'].some((odd) => at.includes(odd))))
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')))
  return at
}

function withoutNested(paths: readonly string[]): string[] {
  const kept: string[] = []
  // With the separator at the end a folder comes right before what lies in it.
  for (const path of [...new Set(paths)].toSorted((a, b) => (`${a}/` < `${b}/` ? -1 : 1))) {
    const last = kept.at(-1)
    if (last === undefined || !(last === '' || path.startsWith(`${last}/`))) kept.push(path)
  }
  return kept.includes('') ? [''] : kept
}

export function commonFolder(paths: readonly string[]): string {
  const [first = '', ...others] = paths.map((path) => path.split('/'))
  if (first === '') return ''
  let shared = first.length
  for (const other of others) {
    let same = 0
    while (same < shared && other[same] === first[same]) same += 1
    shared = same
  }
  return first.slice(0, shared).join('/')
}
