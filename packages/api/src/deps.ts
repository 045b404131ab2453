import type { Auth, Limits, OperatorPermission, SignUpPolicy } from '@carrel/auth'
import type { Pools, Transact } from '@carrel/db'
import type { ReaderPool } from '@carrel/formats'
import type { Mailer } from '@carrel/mail'
import type { BlobStore } from '@carrel/storage'
import type { EventBus } from './events/bus.ts'
import type { AllowedRoots } from './folders/policy.ts'
import type { MailSetup } from './instance/mail/schema.ts'
import type { Jobs } from './jobs/queries.ts'
import type { MetadataLookup } from './lookup/metadata-lookup.ts'
import type { Presence } from './members/presence.ts'
import type { Attempts } from './setup/attempts.ts'

export type Log = {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** What procedures and jobs work with; built once by the server. */
export type Deps = {
  transact: Transact
  auth: Auth
  authDb: Pools['authDb']
  blobs: BlobStore
  /** Draws what people upload and reads libraries of calibre; its process starts on demand and ends when idle. */
  uploads: ReaderPool
  /** Asks other servers, where the operator allows it. */
  lookup: MetadataLookup
  jobs: Jobs
  events: EventBus
  presence: Presence
  roots: AllowedRoots
  log: Log
  /** Of tries and mails of one account. */
  limits: Limits
  /** Who may make an account now. */
  signUp: () => Promise<SignUpPolicy>
  /** Null without a mail server. */
  mail: {
    server: NonNullable<MailSetup['server']>
    /** How the server calls itself in a mail. */
    serverName: string
    /** Gives up before somebody who waits for the answer does. */
    tester: Mailer
  } | null
  /** Tries of the setup code. */
  setupAttempts: Attempts
  settings: {
    secret: string
    /** What adding to the catalogue of permissions needs; null: it is closed. */
    cataloguePermission: OperatorPermission | null
    /** True when the environment says who may sign up. */
    signUpFixed: boolean
    /** Cookies are for https alone. */
    secureCookies: boolean
    dataDir: string
    /** Of thumbnails and other derived files. */
    blobsDir: string
    /** Bytes of one uploaded file at most. */
    uploadMaxBytes: number
    version: string
    rateLimit: boolean
    /** How often folders are looked through that cannot be watched. */
    pollMinutes: number
    /** Public address for links in mails; null: no mail is sent. */
    mailLinks: string | null
  }
}
