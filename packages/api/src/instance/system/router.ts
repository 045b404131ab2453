import { isUsableRoot } from '../../folders/policy.ts'
import { isReadableFolder } from '../../folders/roots.ts'
import { operatorOutside } from '../../procedures.ts'
import { readFigures } from './queries.ts'
import { InstanceSystem } from './schema.ts'
import { measureDisk, measureFolder } from './storage.ts'

/** For which the thumbnails are counted at most. */
const measureMs = 1500
/** For which a folder that hangs is waited for: a network disk that is away. */
const folderMs = 2000

const within = <T>(ms: number, asked: Promise<T>, otherwise: T): Promise<T> => {
  const { promise, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(() => resolve(otherwise), ms)
  return Promise.race([asked, promise]).finally(() => clearTimeout(timer))
}

export const system = {
  get: operatorOutside
    .route({ method: 'GET', path: '/instance/system', tags: ['instance'], summary: 'Versions, sizes, folders and queues of this server' })
    .output(InstanceSystem)
    .handler(async ({ context: { transaction, deps } }) => {
      const { dataDir, blobsDir, version } = deps.settings
      const none = { freeBytes: null, totalBytes: null }
      const [figures, queues, disk, blobBytes, folders] = await Promise.all([
        transaction(readFigures),
        deps.jobs.count(),
        within(folderMs, measureDisk(dataDir), none),
        within(folderMs, measureFolder(blobsDir, measureMs), null),
        Promise.all(
          deps.roots.map(async (folder) => {
            const asked = isUsableRoot(deps.roots, folder).then((usable) => usable && isReadableFolder(folder))
            return { path: folder, available: await within(folderMs, asked, false) }
          }),
        ),
      ])
      const { users, banned, operators, organizations } = figures
      return {
        version,
        node: process.version,
        startedAt: new Date(Date.now() - process.uptime() * 1000).toISOString(),
        uptimeSeconds: Math.floor(process.uptime()),
        counts: { users, banned, operators, organizations },
        database: {
          version: figures.databaseVersion,
          bytes: figures.databaseBytes,
          connections: { open: figures.connections, max: figures.maxConnections },
          migrations: { applied: figures.migrations, last: figures.lastMigration },
        },
        storage: { dataDir, blobBytes, ...disk },
        folders,
        queues,
      }
    }),
}
