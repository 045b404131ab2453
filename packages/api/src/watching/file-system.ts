import { readFile, statfs } from 'node:fs/promises'
import { isInside } from '../folders/policy.ts'

/** File systems whose every change goes through this machine, so that it tells of all. Any other may change without a word. */
const telling: ReadonlySet<string> = new Set(
  `ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs nilfs2 tmpfs ramfs
  vfat exfat ntfs ntfs3 fuseblk hfsplus apfs hfs ufs`.split(/\s+/),
)

/** Whether changes in a file system of this type are told by the system. False for what is not known. */
export const tellsChanges = (fileSystem: string | null): boolean => fileSystem !== null && telling.has(fileSystem)

/** Numbers by which macOS calls its own. */
const darwinTypes: Readonly<Record<number, string>> = { 0x11: 'hfs', 0x1a: 'apfs' }

export type Mount = { at: string; fileSystem: string }

/**
 * The mounts of this machine: null where they cannot be read, which is everywhere but on Linux. Asks no disk, so a
 * network disk that does not answer holds nobody up.
 */
export async function readMounts(): Promise<Mount[] | null> {
  if (process.platform !== 'linux') return null
  return readFile('/proc/self/mountinfo', 'utf8').then(parseMounts, () => null)
}

/** proc(5): … root, mount point, options, optional fields, "-", type, source, options; blanks are octal. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const at = before.split(' ')[4]
    const fileSystem = after.split(' ')[0]
    if (!at || !fileSystem) return []
    return [{ at: at.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))), fileSystem }]
  })
}

/**
 * Type of the file system in which a folder lies, as the system names it; null when unknown. Of a folder with others mounted
 * below it, one that tells nothing counts. `folder` is a real path.
 */
export async function fileSystemOf(folder: string, mounts: readonly Mount[] | null): Promise<string | null> {
  if (mounts) return (untoldBelow(folder, mounts) ?? mountOf(folder, mounts))?.fileSystem ?? null
  if (process.platform !== 'darwin') return null
  return statfs(folder).then(
    ({ type }) => darwinTypes[type] ?? null,
    () => null,
  )
}

/** Of mounts at one place the last lies on top. */
function mountOf(folder: string, mounts: readonly Mount[]): Mount | undefined {
  let found: Mount | undefined
  for (const mount of mounts) if (isInside(mount.at, folder) && mount.at.length >= (found?.at.length ?? 0)) found = mount
  return found
}

const untoldBelow = (folder: string, mounts: readonly Mount[]): Mount | undefined =>
  mounts.find(({ at, fileSystem }) => at !== folder && isInside(folder, at) && !tellsChanges(fileSystem))
