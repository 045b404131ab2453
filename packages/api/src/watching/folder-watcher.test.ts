import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'

const limited = (most: number, root: string) => {
  const module = path.join(import.meta.dirname, 'folder-watcher.ts')
  const program = `import { FolderWatcher } from ${JSON.stringify(module)}
    const watcher = new FolderWatcher(${JSON.stringify(root)}, { onStir() {}, onFault() {} })
    await watcher.start().then(() => console.log('watching'), (error) => console.log(error.constructor.name))`
  const script = `echo ${most} > /proc/sys/user/max_inotify_watches && exec "$0" --input-type=module -e "$1"`
  return spawnSync('unshare', ['-Ur', 'sh', '-c', script, process.execPath, program], { encoding: 'utf8' })
}

/** In a user namespace a limit counts for this test alone. */
test('says so when the system allows no more watches', { timeout: 30_000 }, (context) => {
  const root = mkdtempSync(path.join(tmpdir(), 'carrel-watch-'))
  try {
    for (let at = 0; at < 30; at += 1) mkdirSync(path.join(root, String(at)))
    const enough = limited(40, root)
    if (enough.status !== 0) return context.skip()
    expect(enough.stdout.trim()).toBe('watching')
    expect(limited(20, root).stdout.trim()).toBe('WatchesUsedUp')
  } finally {
    rmSync(root, { recursive: true })
  }
})
