import path from 'node:path'
import * as z from 'zod'
import { operatorPermissions } from '@carrel/auth/catalogue'
import { lookupSources } from '@carrel/api/schema/lookup'

const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
const url = (schemes: readonly string[]) =>
  z.string().refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)), {
    error: `must be an address that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    abort: true,
  })
const list = (separator: string) =>
  z.string().transform((value) =>
    value
      .split(separator)
      .map((part) => part.trim())
      .filter(Boolean),
  )

/** Every setting of the server: type, default and what it does. docs/settings.md is made from this. */
export const settings = {
  PORT: {
    type: z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535),
    default: 3000,
    doc: 'Port for the app and the API.',
  },
  HOST: { type: z.string().min(1), default: '0.0.0.0', doc: 'Address to listen on. `127.0.0.1` keeps Carrel to this machine.' },
  APP_URL: {
    type: url(['http', 'https'])
      .refine((value) => new URL(value).href === `${new URL(value).origin}/`, {
        error: 'must end after the host: Carrel needs a host name of its own and cannot live under a path',
      })
      .transform((value) => new URL(value).origin),
    doc: 'Public address without a path, such as `https://books.example.org`. Set it behind a proxy: links, cookies and the check of requests follow it. Without it, any host name works.',
  },
  DATA_DIR: { type: z.string().min(1), default: './data', doc: 'Folder for the embedded database, thumbnails and the secret. Back it up.' },
  DATABASE_URL: {
    type: url(['postgres', 'postgresql']),
    doc: 'Owner login of a PostgreSQL 16 or newer, used for migrations only; its password may stand in `PGPASSWORD` instead. Without it, an embedded PostgreSQL runs under `DATA_DIR`.',
  },
  DATABASE_APP_URL: {
    type: url(['postgres', 'postgresql']),
    doc: 'Login `carrel_app`, where the owner may not create roles. Give all three or none.',
  },
  DATABASE_AUTH_URL: { type: url(['postgres', 'postgresql']), doc: 'Login `carrel_auth`, likewise.' },
  DATABASE_JOBS_URL: { type: url(['postgres', 'postgresql']), doc: 'Login `carrel_jobs`, likewise.' },
  DATABASE_POOL: {
    type: z.coerce.number({ error: 'must be a number' }).int().min(2).max(100),
    default: 10,
    doc: 'Connections for requests and jobs; some more are used for sign-in and the queue.',
  },
  LIBRARY_ROOTS: {
    type: list(path.delimiter),
    default: [] as string[],
    doc: `Folders with books that this server may read, separated by \`${path.delimiter}\`. Folders named after \`npm start --\` are added and remembered in \`DATA_DIR/library-roots\`.`,
  },
  BETTER_AUTH_SECRET: {
    type: z
      .string()
      .min(32, { error: 'must have at least 32 characters' })
      .refine((value) => new Set(value).size > 7, { error: 'must be random' }),
    doc: 'Secret for sessions and database passwords. Without it one is made and kept in `DATA_DIR/secret`. All replicas need the same.',
    secret: true,
  },
  SIGN_UP: {
    type: z.enum(['open', 'invite', 'closed'], { error: 'must be open, invite or closed' }),
    doc: 'Who may make an account after the first: anybody (`open`), people with an invitation (`invite`), nobody (`closed`). Without it the operator chooses in the app, which begins with `invite`.',
  },
  CATALOGUE_PERMISSION: {
    type: z.enum(operatorPermissions, { error: `must name a permission of operators: ${operatorPermissions.join(', ')}` }),
    doc: `What adding permissions of your own to the catalogue needs: \`${operatorPermissions.join('`, `')}\`. For programs beside Carrel that ask \`permissions.check\`. Without it the catalogue is closed.`,
  },
  SMTP_HOST: {
    type: z.string().min(1),
    doc: 'Mail server for invitations, password resets and the confirmation of addresses. Needs `APP_URL` and `SMTP_FROM`. Without it, invitations are links to copy.',
  },
  SMTP_PORT: {
    type: z.coerce.number({ error: 'must be a port number' }).int().min(1).max(65_535),
    doc: 'Its port. Default: 465 for `tls`, else 587.',
  },
  SMTP_SECURE: {
    type: z
      .enum(['auto', 'starttls', 'tls', 'none', 'true', 'false'], { error: 'must be auto, starttls, tls or none' })
      .transform((value) => (value === 'true' ? 'tls' : value === 'false' ? 'auto' : value)),
    default: 'auto' as const,
    doc: 'Encryption: from the start (`tls`, also `true`), by STARTTLS always (`starttls`), when offered (`auto`, also `false`; always when there is a user), never (`none`).',
  },
  SMTP_USER: { type: z.string().min(1), doc: 'User of the mail server.' },
  SMTP_PASSWORD: { type: z.string().min(1), doc: 'Their password.', secret: true },
  SMTP_FROM: { type: z.string().min(3), doc: 'Sender: `books@example.org` or `Books <books@example.org>`.' },
  SMTP_ANY_CERTIFICATE: {
    type: flag,
    default: false,
    doc: 'Accept any certificate of the mail server, for one of your own with a self-signed one.',
  },
  METADATA_SOURCES: {
    type: list(',')
      .pipe(z.array(z.enum(lookupSources, { error: `must list ${lookupSources.join(', ')}` })))
      .transform((sources) => [...new Set(sources)]),
    default: [] as (typeof lookupSources)[number][],
    doc: 'Catalogues in the internet where editors may look up a book: `open-library`, `google-books`, or both with a comma. They are sent the words of the search (an ISBN, or title and author) from the address of the server, and never who searches. Without it nothing is looked up.',
  },
  GOOGLE_BOOKS_KEY: {
    type: z.string().regex(/^[\w-]+$/, { error: 'must be a key of letters, digits, hyphens and underscores' }),
    doc: 'API key for `google-books`. It answers without one too, but soon asks for patience.',
    secret: true,
  },
  TRUSTED_PROXIES: {
    type: list(',').pipe(
      z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], { error: 'must list addresses or networks, not names' })),
    ),
    default: [] as string[],
    doc: "Addresses of your reverse proxies, such as `127.0.0.1, 10.0.0.0/8`. Only from these is the visitor's address taken from `X-Forwarded-For`.",
  },
  STORAGE: {
    type: z.enum(['fs', 's3'], { error: 'must be fs or s3' }),
    default: 'fs' as const,
    doc: 'Where thumbnails and uploaded books lie: in `DATA_DIR/blobs` (`fs`), or in a bucket (`s3`). What lies in one is not moved to the other.',
  },
  S3_ENDPOINT: {
    type: url(['http', 'https']),
    doc: 'Address of the object store, such as `https://s3.example.org`. Without it, that of Amazon for the region.',
  },
  S3_REGION: { type: z.string().min(1), default: 'us-east-1', doc: 'Its region.' },
  S3_BUCKET: { type: z.string().min(1), doc: 'The bucket, which has to be there. Needed with `STORAGE=s3`.' },
  S3_ACCESS_KEY_ID: {
    type: z.string().min(1),
    doc: 'Key of the object store. Without it, what the machine gives (profile, role).',
  },
  S3_SECRET_ACCESS_KEY: { type: z.string().min(1), doc: 'Its secret.', secret: true },
  S3_PATH_STYLE: {
    type: flag,
    default: true,
    doc: 'The bucket stands in the path of addresses (most servers of your own) and not in the host name (Amazon).',
  },
  UPLOAD_MAX_BYTES: {
    type: z.coerce.number({ error: 'must be a number of bytes' }).int().min(1),
    default: 2 * 1024 ** 3,
    doc: 'Bytes of one uploaded file at most.',
  },
  ROLE: {
    type: z.enum(['all', 'web', 'worker'], { error: 'must be all, web or worker' }),
    default: 'all' as const,
    doc: 'What this process does: answer requests (`web`), scan and other jobs (`worker`, which answers `/livez` and `/readyz` only), or both (`all`).',
  },
  SCAN_PROCESSES: {
    type: z.coerce.number({ error: 'must be a number' }).int().min(1).max(64),
    doc: 'Processes that read book files. Default: one for each processor.',
  },
  POLL_MINUTES: {
    type: z.coerce.number({ error: 'must be a number' }).int().min(1).max(1440),
    default: 15,
    doc: 'How often folders are looked through that cannot be watched, such as network disks. Minutes.',
  },
  LOG_LEVEL: {
    type: z.enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'must be debug, info, warn, error or silent' }),
    default: 'info' as const,
    doc: 'Least level of log lines.',
  },
  RATE_LIMIT: {
    type: flag,
    default: true,
    doc: 'Limit tries to sign in and mails that are asked for, by visitor and by account. Turn it off only for tests.',
  },
} satisfies Record<string, { type: z.ZodType; default?: unknown; doc: string; secret?: boolean }>

type Settings = typeof settings
export type Env = {
  [K in keyof Settings]: z.output<Settings[K]['type']> | (Settings[K] extends { default: unknown } ? never : undefined)
}

/** A setting has a wrong value; the message is one line that names it. */
export class SettingError extends Error {}

/** Reads and checks all settings. An empty value counts as unset. Throws SettingError. */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const env: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(settings)) {
    const given = source[name]?.trim()
    if (!given) {
      env[name] = 'default' in setting ? setting.default : undefined
      continue
    }
    const parsed = setting.type.safeParse(given)
    if (!parsed.success) {
      const shown = 'secret' in setting || name.startsWith('DATABASE_') ? '' : ` (it is ${JSON.stringify(given.slice(0, 80))})`
      throw new SettingError(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}${shown}. See docs/settings.md.`)
    }
    env[name] = parsed.data
  }
  for (const name of ['APP_URL', 'SMTP_FROM'])
    if (env['SMTP_HOST'] && !env[name]) throw new SettingError(`${name} is missing: SMTP_HOST is set, and mails need it.`)
  if (env['STORAGE'] === 's3' && !env['S3_BUCKET']) throw new SettingError('S3_BUCKET is missing: STORAGE is s3.')
  if (!env['S3_ACCESS_KEY_ID'] !== !env['S3_SECRET_ACCESS_KEY'])
    throw new SettingError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: give both or none.')
  const logins = ['DATABASE_APP_URL', 'DATABASE_AUTH_URL', 'DATABASE_JOBS_URL']
  const missing = logins.filter((name) => !env[name])
  if (missing.length > 0 && missing.length < logins.length)
    throw new SettingError(`${missing[0]} is missing: give all of ${logins.join(', ')} or none.`)
  if (missing.length === 0 && !env.DATABASE_URL)
    throw new SettingError('DATABASE_URL is missing: the logins given belong to a database of its own.')
  return env as Env
}
