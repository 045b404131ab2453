import path from 'node:path'
import { PgBoss, systemClock } from 'pg-boss'
import type { Logger } from 'pino'
import { createAuth, createLimits, findSignUpPolicy, heldBy, resetMinutes, type SignUpPolicy } from '@carrel/auth'
import {
  createEventBus,
  createJobs,
  createMetadataLookup,
  createPresence,
  insertAuthMail,
  limitAttempts,
  readAllowedRoots,
  type Deps,
  type Network,
} from '@carrel/api'
import { bossDatabase, createTransact, migrate, openPools, refusePrivileged, rightTimes, type Credentials, type Target } from '@carrel/db'
import { createMailer, mailLanguageAsked, type Mailer, type MailSettings } from '@carrel/mail'
import { createReaderPool } from '@carrel/formats'
import { cacheBlobs, createFsBlobStore, createS3BlobStore, type BlobStore } from '@carrel/storage'
import { SettingError, type Env } from './env.ts'

/** Thumbnails lie under the digest of their picture, so what is kept cannot be stale. */
const thumbnailCacheBytes = 24 * 1024 * 1024

export type ServerDeps = Deps & {
  /** Null without SMTP settings. */
  mailer: Mailer | null
  boss: PgBoss
  /** Throws when the database does not answer. */
  ping: () => Promise<void>
  appUrl: string | null
  trustedProxies: readonly string[]
  webDir: string
  close: () => Promise<void>
}

export type DepsOptions = {
  env: Env
  target: Target
  owner: Credentials | null
  secret: string
  /** Folders that the operator allows, as given. */
  roots: readonly string[]
  dataDir: string
  /** Folder of the migrations, and of the built web app. */
  migrationsDir: string
  webDir: string
  version: string
  log: Logger
  /** The world outside, where it is not the internet: in tests. */
  network?: Network
}

const rightTimesEveryMs = 30_000
/** Somebody waits for the answer to a test mail. */
const testTimeouts = { connect: 10_000, silence: 15_000, total: 25_000 }

type OpenMail = { mailer: Mailer; mail: NonNullable<Deps['mail']> }

function openMail(env: Env): OpenMail | null {
  const { SMTP_HOST: host, SMTP_FROM: from, SMTP_SECURE: security, SMTP_USER: user, SMTP_PASSWORD: password } = env
  if (!host || !from) return null
  const port = env.SMTP_PORT ?? (security === 'tls' ? 465 : 587)
  const settings: MailSettings = { host, from, port, security, user, password, trustAnyCertificate: env.SMTP_ANY_CERTIFICATE }
  try {
    return {
      mailer: createMailer(settings),
      mail: {
        server: {
          host,
          port,
          security,
          from,
          user: user ?? null,
          hasPassword: password !== undefined,
          anyCertificate: env.SMTP_ANY_CERTIFICATE,
        },
        serverName: env.APP_URL ? new URL(env.APP_URL).host : 'Carrel',
        tester: createMailer({ ...settings, timeouts: testTimeouts }),
      },
    }
  } catch (error) {
    throw new SettingError(
      `The SMTP settings cannot work: ${error instanceof Error ? error.message : 'unknown reason'} See docs/settings.md.`,
    )
  }
}

/** Copies of uploaded books in a bucket that are kept on the disk for reading. */
const copiesBytes = 2 * 1024 ** 3

function openBlobs(env: Env, dataDir: string, blobsDir: string): BlobStore {
  const { STORAGE, S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (STORAGE === 'fs' || bucket === undefined) return createFsBlobStore(blobsDir)
  return createS3BlobStore({
    bucket,
    endpoint: env.S3_ENDPOINT ?? null,
    region: env.S3_REGION,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : null,
    pathStyle: env.S3_PATH_STYLE,
    copies: { folder: path.join(dataDir, 'tmp/copies'), maxBytes: copiesBytes },
  })
}

/** Builds everything that requests and jobs work with. Brings the database up to date first. */
export async function createDeps(options: DepsOptions): Promise<ServerDeps> {
  const { env, target, owner, secret, dataDir, log } = options
  const urls = {
    ...(env.DATABASE_APP_URL && { carrel_app: env.DATABASE_APP_URL }),
    ...(env.DATABASE_AUTH_URL && { carrel_auth: env.DATABASE_AUTH_URL }),
    ...(env.DATABASE_JOBS_URL && { carrel_jobs: env.DATABASE_JOBS_URL }),
  }
  await migrate({ target, owner, secret, folder: options.migrationsDir, heldBy, managePasswords: !env.DATABASE_APP_URL })
  const pools = openPools(target, secret, urls, env.DATABASE_POOL)
  await Promise.all([pools.app, pools.auth, pools.jobs].map(refusePrivileged))

  const boss = new PgBoss({
    db: bossDatabase(pools.jobs),
    schema: 'pgboss',
    migrate: false,
    createSchema: false,
    supervise: env.ROLE !== 'web',
    schedule: env.ROLE !== 'web',
    useListenNotify: true,
    monitorIntervalSeconds: 5,
    superviseIntervalSeconds: 5,
    // It holds which keys are at work: a job whose server died is not taken up before it is read again.
    queueCacheIntervalSeconds: 3,
    reindex: false,
    monitorVacuum: false,
    // One that nobody sets: a worker waits until its next look by it, an hour longer where the time was set back by one.
    clock: { ...systemClock, now: () => performance.timeOrigin + performance.now() },
  })
  boss.on('error', (error) => log.error({ err: error }, 'job queue'))
  await boss.start()
  const keepTimes = () => rightTimes(pools.jobs).catch((error: unknown) => log.error({ err: error }, 'job queue'))
  const times = env.ROLE === 'web' ? undefined : setInterval(() => void keepTimes(), rightTimesEveryMs)
  if (times) await keepTimes()
  const events = await createEventBus(pools.app)
  const { mailer, mail } = openMail(env) ?? { mailer: null, mail: null }
  const mailLinks = mailer ? (env.APP_URL ?? null) : null
  const blobsDir = path.join(dataDir, 'blobs')
  const signUp = async (): Promise<SignUpPolicy> => env.SIGN_UP ?? findSignUpPolicy(pools.authDb)
  const uploads = createReaderPool({ size: 1 })
  const jobs = createJobs(boss)
  const limits = createLimits(pools.authDb, env.RATE_LIMIT)

  const transact = createTransact(pools.app)
  return {
    transact,
    auth: createAuth({
      db: pools.authDb,
      secret,
      appUrl: env.APP_URL ?? null,
      signUp,
      rateLimit: env.RATE_LIMIT,
      limits,
      mailPasswordReset:
        mailLinks === null
          ? null
          : async ({ name, email }, token, asked) => {
              const link = `${mailLinks}/reset-password?token=${encodeURIComponent(token)}`
              const template = { kind: 'password-reset', userName: name, link, expiresInMinutes: resetMinutes } as const
              const letter = { template, recipient: email, language: mailLanguageAsked(asked) }
              await jobs.hastenMail(await insertAuthMail(pools.authDb, secret, letter))
            },
      log: (level, message, details) =>
        log[level]({ details: details.map((detail) => (detail instanceof Error ? detail.message : typeof detail)) }, `auth: ${message}`),
    }),
    authDb: pools.authDb,
    blobs: cacheBlobs(openBlobs(env, dataDir, blobsDir), thumbnailCacheBytes),
    jobs,
    uploads,
    lookup: createMetadataLookup({
      sources: env.METADATA_SOURCES,
      googleBooksKey: env.GOOGLE_BOOKS_KEY ?? null,
      log,
      network: options.network,
    }),
    events,
    presence: createPresence(transact, (error) => log.debug({ err: error }, 'last seen')),
    roots: await readAllowedRoots(options.roots),
    log,
    limits,
    signUp,
    mail,
    setupAttempts: limitAttempts({ max: 20, windowMs: 60_000 }),
    settings: {
      secret,
      cataloguePermission: env.CATALOGUE_PERMISSION ?? null,
      signUpFixed: env.SIGN_UP !== undefined,
      secureCookies: env.APP_URL?.startsWith('https:') ?? false,
      dataDir,
      blobsDir,
      uploadMaxBytes: env.UPLOAD_MAX_BYTES,
      version: options.version,
      rateLimit: env.RATE_LIMIT,
      pollMinutes: env.POLL_MINUTES,
      mailLinks,
    },
    mailer,
    boss,
    ping: async () => {
      await pools.app`select 1`
    },
    appUrl: env.APP_URL ?? null,
    trustedProxies: env.TRUSTED_PROXIES,
    webDir: options.webDir,
    close: async () => {
      clearInterval(times)
      mailer?.close()
      mail?.tester.close()
      await uploads.stop()
      await events.end().catch(() => {})
      await boss.stop({ graceful: false }).catch(() => {})
      await pools.end()
    },
  }
}
