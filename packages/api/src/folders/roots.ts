import { opendir } from 'node:fs/promises'
import type { OrganizationScope } from '../scope.ts'
import { usableRoots, type AllowedRoots } from './policy.ts'
import { listAssignedRoots } from './queries.ts'

/** Runs one transaction in the caller's workspace, with everything checked anew. */
type Transaction = <T>(fn: (scope: OrganizationScope) => Promise<T>) => Promise<T>

/** Folders assigned to the workspace that the operator still allows. Holds no transaction while it asks the disk. */
export async function findUsableRoots(transaction: Transaction, allowed: AllowedRoots): Promise<string[]> {
  const assigned = await transaction(listAssignedRoots)
  return usableRoots(
    allowed,
    assigned.map((root) => root.path),
  )
}

/** True for a folder whose content can be listed. */
export async function isReadableFolder(folder: string): Promise<boolean> {
  try {
    await (await opendir(folder)).close()
    return true
  } catch {
    return false
  }
}
