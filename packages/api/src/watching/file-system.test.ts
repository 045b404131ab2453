import { expect, test } from 'vitest'
import { fileSystemOf, parseMounts, tellsChanges } from './file-system.ts'

const mounts = parseMounts(`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - overlay overlay rw,lowerdir=/l
41 27 0:38 / /books rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw
42 41 0:39 / /books/My\\040NAS rw - nfs4 nas:/export rw,vers=4.2
43 27 0:40 / /media rw - autofs systemd-1 rw
44 43 0:41 / /media rw - cifs //nas/media rw
45 27 0:42 / /sync rw - fuse.rclone remote: rw
46 27 8:1 /home /home rw - btrfs /dev/sda2 rw,subvol=/home
`)

test.each([
  ['/home/books', 'btrfs', true],
  ['/books/My NAS/Comics', 'nfs4', false],
  ['/books/My NASty', 'ext4', true],
  ['/media/x', 'cifs', false],
  ['/sync', 'fuse.rclone', false],
  ['/srv', 'overlay', false],
  // Part of it lies on a disk that tells nothing.
  ['/books', 'nfs4', false],
])('%s lies on %s', async (folder, type, tells) => {
  const found = await fileSystemOf(folder, mounts)
  expect(found).toBe(type)
  expect(tellsChanges(found)).toBe(tells)
})

test('what is not known is not trusted', async () => {
  expect(tellsChanges(await fileSystemOf('/x', []))).toBe(false)
  for (const type of ['nfs', 'smb3', 'smbfs', 'fuse.sshfs', '9p', 'virtiofs', 'vboxsf', 'drvfs', 'davfs', 'fuse', 'fuse.mergerfs', 'newfs'])
    expect([type, tellsChanges(type)]).toEqual([type, false])
})
