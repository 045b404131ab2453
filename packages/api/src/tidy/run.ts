import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Pools, Transact } from '@carrel/db'
import type { BlobStore } from '@carrel/storage'
import type { Log } from '../deps.ts'
import { asVisitor, type VisitorScope } from '../scope.ts'
import { expireTrash } from '../trash/queries.ts'
import { expireSidecars, expireUploads, listEndedUploads, listUnusedFiles } from '../uploads/queries.ts'
import { Nights } from './nights.ts'
import {
  agedKinds,
  authLeftovers,
  countNight,
  expireMissing,
  forgetOrganization,
  listEndedOrganizations,
  listUnusedPictures,
  purgeRows,
  removeAged,
} from './queries.ts'

export type TidyDeps = { transact: Transact; authDb: Pools['authDb']; blobs: BlobStore; log: Log; settings: { dataDir: string } }

/** Rows that go in one transaction: a few hundred milliseconds of a book's own rows. */
const rowsAtOnce = 500
const picturesAtOnce = 5000
/** A scan writes a picture before the book that shows it. */
const spareMs = 24 * 3_600_000

const pictureKey = /^orgs\/([0-9a-f-]{36})\/(?:covers\/([0-9a-f]{64})\/\d+|logo\/([0-9a-f]{64}))\.webp$/

/**
 * Removes what is over: workspaces that nobody can have back, expired sessions, old runs and mails, pictures that nothing shows.
 * Each step is small and leaves nothing half done, so a run that was cut short is simply run again. One that fails
 * does not keep the others back; the first failure is thrown at the end.
 */
export async function runTidy(deps: TidyDeps, signal: AbortSignal, nights = new Nights()): Promise<void> {
  const inStep = <T>(fn: (scope: VisitorScope) => Promise<T>): Promise<T> => {
    signal.throwIfAborted()
    return asVisitor(deps.transact, fn)
  }
  const untilNone = async (remove: () => Promise<number>): Promise<number> => {
    let total = 0
    for (let gone = await remove(); gone > 0; gone = await remove()) total += gone
    return total
  }
  const gone: Record<string, number> = {}
  const steps: [string, () => Promise<number>][] = [
    ['nights', () => nights.count(() => inStep(countNight))],
    ['missing', () => untilNone(() => inStep((scope) => expireMissing(scope, rowsAtOnce)))],
    ['workspaces', () => purgeWorkspaces(deps, inStep, signal)],
    ...Object.entries(authLeftovers).map(([kind, remove]): [string, () => Promise<number>] => [
      kind,
      () =>
        untilNone(() => {
          signal.throwIfAborted()
          return remove(deps.authDb, rowsAtOnce)
        }),
    ]),
    ...agedKinds.map((kind): [string, () => Promise<number>] => [
      kind,
      () => untilNone(() => inStep((scope) => removeAged(scope, kind, rowsAtOnce))),
    ]),
    ['trash', () => untilNone(() => inStep((scope) => expireTrash(scope, rowsAtOnce)))],
    ['uploads', () => untilNone(() => inStep((scope) => expireUploads(scope, rowsAtOnce)))],
    ['sidecars', () => untilNone(() => inStep((scope) => expireSidecars(scope, rowsAtOnce)))],
    ['files', () => removeFiles(deps, inStep, signal)],
    ['pictures', () => removePictures(deps, inStep, signal)],
  ]
  const failures: unknown[] = []
  for (const [kind, run] of steps) {
    try {
      gone[kind] = await run()
    } catch (error) {
      signal.throwIfAborted()
      deps.log.error({ err: error, step: kind }, 'tidy: a step failed')
      failures.push(error)
    }
  }
  deps.log.info({ gone }, 'tidied')
  if (failures.length > 0) throw failures[0]
}

type InStep = <T>(fn: (scope: VisitorScope) => Promise<T>) => Promise<T>

/** Rows first, then files, and the workspace itself last: until then the next run finds it again. */
async function purgeWorkspaces({ blobs, log }: TidyDeps, inStep: InStep, signal: AbortSignal): Promise<number> {
  const ended = await inStep(listEndedOrganizations)
  for (const organizationId of ended) {
    let rows = 0
    let files = 0
    for (let gone = 1; gone > 0; rows += gone) gone = await inStep((scope) => purgeRows(scope, organizationId, rowsAtOnce))
    for await (const key of blobs.list(`orgs/${organizationId}/`)) {
      signal.throwIfAborted()
      await blobs.delete(key)
      files += 1
    }
    await inStep((scope) => forgetOrganization(scope, organizationId))
    log.info({ organizationId, rows, files }, 'workspace purged: its seven days were over')
  }
  return ended.length
}

/** Of a workspace that is gone, nothing shows any. */
async function removePictures({ blobs }: TidyDeps, inStep: InStep, signal: AbortSignal): Promise<number> {
  const writtenBefore = new Date(Date.now() - spareMs)
  let organizationId = ''
  let total = 0
  const held = new Map<string, string[]>()
  const removeUnused = async (): Promise<void> => {
    if (held.size === 0) return
    const unused = await inStep((scope) => listUnusedPictures(scope, organizationId, [...held.keys()]))
    for (const key of unused.flatMap((digest) => held.get(digest) ?? [])) await blobs.delete(key, { writtenBefore })
    total += unused.length
    held.clear()
  }
  await blobs.tidy(writtenBefore)
  for await (const key of blobs.list('orgs/')) {
    signal.throwIfAborted()
    const [, owner, cover, logo] = pictureKey.exec(key) ?? []
    const digest = cover ?? logo
    if (owner === undefined || digest === undefined) continue
    if (owner !== organizationId || held.size >= picturesAtOnce) {
      await removeUnused()
      organizationId = owner
    }
    held.set(digest, [...(held.get(digest) ?? []), key])
  }
  await removeUnused()
  return total
}

const partOf = /^orgs\/([0-9a-f-]{36})\/uploads\/([0-9a-f-]{36})\/\d+-\d+$/
const fileOf = /^orgs\/([0-9a-f-]{36})\/library\/([0-9a-f-]{36}\/.+)$/
const filesAtOnce = 1000

/** Parts of uploads that ended, and files of managed libraries that no row names any more: of books out of the trash, of libraries that are gone. */
async function removeFiles({ blobs, settings }: TidyDeps, inStep: InStep, signal: AbortSignal): Promise<number> {
  const writtenBefore = new Date(Date.now() - spareMs)
  let total = await removeStaging(path.join(settings.dataDir, 'tmp/uploads'), writtenBefore)
  let organizationId = ''
  const parts = new Map<string, string[]>()
  const files = new Map<string, string>()
  const removeUnused = async (): Promise<void> => {
    const ended = parts.size > 0 ? await inStep((scope) => listEndedUploads(scope, organizationId, [...parts.keys()])) : []
    const unused = files.size > 0 ? await inStep((scope) => listUnusedFiles(scope, organizationId, [...files.keys()])) : []
    const keys = [...ended.flatMap((id) => parts.get(id) ?? []), ...unused.flatMap((file) => files.get(file) ?? [])]
    for (const key of keys) await blobs.delete(key, { writtenBefore })
    total += keys.length
    parts.clear()
    files.clear()
  }
  for await (const key of blobs.list('orgs/')) {
    signal.throwIfAborted()
    const part = partOf.exec(key)
    const file = fileOf.exec(key)
    const owner = part?.[1] ?? file?.[1]
    if (owner === undefined) continue
    if (owner !== organizationId || parts.size + files.size >= filesAtOnce) {
      await removeUnused()
      organizationId = owner
    }
    if (part?.[2] !== undefined) parts.set(part[2], [...(parts.get(part[2]) ?? []), key])
    if (file?.[2] !== undefined) files.set(file[2], key)
  }
  await removeUnused()
  return total
}

/** What a worker that was killed had put together. */
async function removeStaging(folder: string, before: Date): Promise<number> {
  let gone = 0
  for (const name of await readdir(folder).catch(() => [])) {
    const stats = await stat(path.join(folder, name)).catch(() => null)
    if (!stats || stats.mtime >= before) continue
    await rm(path.join(folder, name), { recursive: true, force: true })
    gone += 1
  }
  return gone
}
