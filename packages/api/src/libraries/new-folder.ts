import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { isInside, isMissingInside, resolveInside } from '../folders/policy.ts'
import { isReadableFolder } from '../folders/roots.ts'

const refusals = {
  FOLDER_GONE: ['FOLDER_UNREADABLE', 'This folder is not there any more.'],
  FOLDER_NOT_ALLOWED: ['FOLDER_NOT_ALLOWED', 'This folder is not open to this workspace.'],
  FOLDER_UNREADABLE: ['FOLDER_UNREADABLE', 'Carrel may not read this folder.'],
  FOLDER_OVERLAPS: ['FOLDER_OVERLAPS', 'One of these folders lies inside another.'],
} as const
export type Refusal = (typeof refusals)[keyof typeof refusals]

/** The real path of a folder that a library wants to have beside `others`, or why it may not. Asks the disk. */
export async function resolveNewFolder(roots: readonly string[], wished: string, others: readonly string[]): Promise<string | Refusal> {
  const real = await resolveInside(roots, wished)
  if (!real) return (await isMissingInside(roots, wished)) ? refusals.FOLDER_GONE : refusals.FOLDER_NOT_ALLOWED
  if (!(await isReadableFolder(real))) return refusals.FOLDER_UNREADABLE
  return others.some((other) => isInside(other, real) || isInside(real, other)) ? refusals.FOLDER_OVERLAPS : real
}

/** Whether one of these files is in a folder. Asks the disk. */
export async function isAnyThere(folder: string, files: readonly string[]): Promise<boolean> {
  const looks = files.map((file) => lstat(path.join(folder, file)).then((found) => found.isFile(), () => false)) // prettier-ignore
  return (await Promise.all(looks)).includes(true)
}

export const folderErrors = {
  FOLDER_NOT_ALLOWED: { status: 403 },
  FOLDER_UNREADABLE: { status: 422 },
  FOLDER_OVERLAPS: { status: 422 },
} as const
