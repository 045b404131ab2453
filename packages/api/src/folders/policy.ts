import { realpath } from 'node:fs/promises'
import path from 'node:path'

/** Folders that the operator allows to this server, without links. */
export type AllowedRoots = readonly string[]

/** True when `target` is `root` or lies below it. Both are absolute and without links. */
export function isInside(root: string, target: string): boolean {
  const relative = path.relative(root, target)
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
}

/** The path without links, or null when it cannot be reached. */
export async function resolveFolder(folder: string): Promise<string | null> {
  if (!path.isAbsolute(folder) || folder.includes('\0')) return null
  return realpath(folder).catch(() => null)
}

/** The folders that the operator names, without links; one that is not there now keeps its name. */
export async function readAllowedRoots(named: readonly string[]): Promise<string[]> {
  const roots = await Promise.all(named.map(async (root) => (await resolveFolder(root)) ?? path.resolve(root)))
  return [...new Set(roots)]
}

/**
 * The real path of `folder` when it lies inside one of `roots`; otherwise null. Whether it exists outside
 * is not told. Roots are real paths and are not resolved again: a link put in the place of one leads nowhere.
 */
export async function resolveInside(roots: readonly string[], folder: string): Promise<string | null> {
  const target = await resolveFolder(folder)
  return target !== null && roots.some((root) => isInside(root, target)) ? target : null
}

/** True for a path that is no more, where its nearest folder that is there lies inside one of `roots`. */
export async function isMissingInside(roots: readonly string[], folder: string): Promise<boolean> {
  if (!path.isAbsolute(folder) || folder.includes('\0') || (await resolveFolder(folder))) return false
  let above = path.dirname(path.resolve(folder))
  while (above !== path.dirname(above) && !(await resolveFolder(above))) above = path.dirname(above)
  return (await resolveInside(roots, above)) !== null
}

/** True for an assigned folder that the operator still allows and that no link has replaced. */
export async function isUsableRoot(allowed: AllowedRoots, assigned: string): Promise<boolean> {
  return (await resolveInside(allowed, assigned)) === assigned
}

/** Of the folders assigned to an organization, those that may be used now. */
export async function usableRoots(allowed: AllowedRoots, assigned: readonly string[]): Promise<string[]> {
  const usable: string[] = []
  for (const root of assigned) if (await isUsableRoot(allowed, root)) usable.push(root)
  return usable
}

/** The real path of a library's folder, when it is inside a folder assigned to the organization and still allowed. */
export async function resolveDownload(allowed: AllowedRoots, file: { folder: string; roots: readonly string[] }): Promise<string | null> {
  return resolveInside(await usableRoots(allowed, file.roots), file.folder)
}
