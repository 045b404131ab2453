export type Crumb = { name: string; path: string }

/** The last part of a path, as a person would name the folder. */
export function folderName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}

/** From the allowed folder down to where one is; the root is named by its last part. */
export function crumbs(root: string, path: string): Crumb[] {
  const separator = root.includes('\\') ? '\\' : '/'
  const base = root.endsWith(separator) ? root.slice(0, -1) : root
  const trail: Crumb[] = [{ name: folderName(root), path: root }]
  if (path === root || !path.startsWith(`${base}${separator}`)) return trail
  let at = base
  for (const part of path.slice(base.length + 1).split(separator)) {
    if (part === '') continue
    at = `${at}${separator}${part}`
    trail.push({ name: part, path: at })
  }
  return trail
}

/** True when one of two folders is, or lies in, the other. */
export function overlaps(one: string, other: string): boolean {
  const within = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`)
  return within(one, other) || within(other, one)
}
