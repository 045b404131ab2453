import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { APIError, createAuthMiddleware } from 'better-auth/api'
import { admin, organization } from 'better-auth/plugins'
import { eq } from 'drizzle-orm'
import * as z from 'zod'
import { newId, type Pools } from '@carrel/db'
import * as schema from '@carrel/db/schema'
import { needsSetup, type SignUpPolicy } from './setup.ts'

/** The header that carries the client's address; the HTTP layer sets it and drops what came from outside. */
export const clientAddressHeader = 'x-carrel-client-address'

export type AuthOptions = {
  db: Pools['authDb']
  secret: string
  /** Public address of the server; null: whatever host the browser uses. */
  appUrl: string | null
  /** Asked at each sign-up. */
  signUp: () => Promise<SignUpPolicy>
  /** Sends the link by which somebody sets a new password; null where no mail is sent. */
  mailPasswordReset: ((to: { name: string; email: string }, token: string) => Promise<void>) | null
  /** Off in tests and benchmarks that sign many people in. */
  rateLimit: boolean
  log: (level: 'error' | 'warn', message: string, details: unknown[]) => void
}

/**
 * What Better Auth serves over HTTP, below `/api/auth`. Everything else it could do is reached through
 * our own procedures only, because its organization and admin routes do not know our walls.
 */
export const openAuthPaths: ReadonlyMap<string, 'GET' | 'POST'> = new Map([
  ['/sign-in/email', 'POST'],
  ['/sign-up/email', 'POST'],
  ['/sign-out', 'POST'],
  ['/request-password-reset', 'POST'],
  ['/reset-password', 'POST'],
  ['/get-session', 'GET'],
] as const)

const roleName = /^[a-z][a-z0-9_-]{0,31}$/
const refuseRoleLists = ({ role }: { role: string }): void => {
  if (!roleName.test(role)) throw new Error('A role is one name.')
}

const callbacks = ['callbackURL', 'errorCallbackURL', 'newUserCallbackURL', 'redirectTo']

const passwordLength = { min: 8, max: 128 }
const address = z.email().max(254)
const plainName = /^[^\p{Cc}\u2028\u2029]{1,100}$/u

/** Name, address and password have the form that our own procedures ask for, and nothing else is taken along. */
const refuseOddAccounts = (body: Record<string, unknown>): void => {
  const { name, email, password } = body
  if (typeof name !== 'string' || !plainName.test(name) || name.trim() === '')
    throw new APIError('BAD_REQUEST', { message: 'A name has 1 to 100 characters and no line breaks.' })
  if (!address.safeParse(email).success) throw new APIError('BAD_REQUEST', { code: 'INVALID_EMAIL', message: 'This is no e-mail address.' })
  const length = typeof password === 'string' ? password.length : 0
  if (length < passwordLength.min || length > passwordLength.max) {
    const code = length < passwordLength.min ? 'PASSWORD_TOO_SHORT' : 'PASSWORD_TOO_LONG'
    throw new APIError('BAD_REQUEST', { code, message: `A password has ${passwordLength.min} to ${passwordLength.max} characters.` })
  }
  if ('image' in body) throw new APIError('BAD_REQUEST', { message: 'A picture cannot be given here.' })
}

const refuseBeforeSetup = async (db: Pools['authDb']): Promise<void> => {
  if (await needsSetup(db))
    throw new APIError('FORBIDDEN', { code: 'NOT_SET_UP', message: 'This server is not set up yet. Open the link that its start printed.' })
}

/** Better Auth trusts every host where there is no APP_URL, so what comes after a sign-in is a path of ours or nothing. */
const refuseForeignCallbacks = (signUp: AuthOptions['signUp']) =>
  createAuthMiddleware(async ({ body, query, path }) => {
    if (path === '/sign-up/email') {
      if ((await signUp()) !== 'open')
        throw new APIError('BAD_REQUEST', { code: 'EMAIL_PASSWORD_SIGN_UP_DISABLED', message: 'Email and password sign up is not enabled' })
      refuseOddAccounts((body ?? {}) as Record<string, unknown>)
    }
    for (const given of [body, query] as (Record<string, unknown> | undefined)[]) {
      for (const name of callbacks) {
        const target = given?.[name]
        if (target !== undefined && !(typeof target === 'string' && /^\/(?![/\\])[^\\\s]*$/.test(target))) {
          throw new APIError('FORBIDDEN', { message: `${name} must be a path of this server.` })
        }
      }
    }
  })

/** Stands among the verifications while a link that sets a password was handed over and not mailed; see app.password_token. */
const handedOverMark = (userId: string): string => `handed-over:${userId}`

/** Minutes for which the link of a password reset works. */
export const resetMinutes = 60

/** Makes the Better Auth of one server; nothing of it is global. */
export function createAuth(options: AuthOptions) {
  const secure = options.appUrl?.startsWith('https:') ?? false
  const { mailPasswordReset } = options
  return betterAuth({
    appName: 'Carrel',
    secret: options.secret,
    baseURL: options.appUrl ?? { allowedHosts: ['*'] },
    basePath: '/api/auth',
    // The HTTP layer has compared Origin and Host already when there is no APP_URL.
    trustedOrigins: async (request?: Request) => (options.appUrl ? [options.appUrl] : request ? [request.headers.get('origin') ?? ''] : []),
    database: drizzleAdapter(options.db, { provider: 'pg', schema, transaction: true }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      autoSignIn: true,
      ...(mailPasswordReset && { sendResetPassword: ({ user, token }) => mailPasswordReset(user, token) }),
      resetPasswordTokenExpiresIn: resetMinutes * 60,
      revokeSessionsOnPasswordReset: true,
      // A token that came by mail alone proves the address; one that the operator handed over proves nothing.
      onPasswordReset: async ({ user }) => {
        const handedOver = await options.db
          .delete(schema.verification)
          .where(eq(schema.verification.identifier, handedOverMark(user.id)))
          .returning({ id: schema.verification.id })
        if (handedOver.length === 0) await options.db.update(schema.user).set({ emailVerified: true }).where(eq(schema.user.id, user.id))
      },
    },
    // Nobody before the operator: the first account is made with the setup code.
    databaseHooks: { user: { create: { before: () => refuseBeforeSetup(options.db) } } },
    session: { expiresIn: 60 * 60 * 24 * 30, updateAge: 60 * 60 * 24, freshAge: 60 * 15, cookieCache: { enabled: false } },
    account: { encryptOAuthTokens: true },
    verification: { storeIdentifier: 'hashed' },
    rateLimit: {
      enabled: options.rateLimit,
      storage: 'database',
      window: 10,
      max: 100,
      customRules: {
        '/sign-in/email': { window: 60, max: 10 },
        '/sign-up/email': { window: 60, max: 5 },
        '/request-password-reset': { window: 60, max: 3 },
        '/reset-password': { window: 60, max: 10 },
      },
    },
    advanced: {
      cookiePrefix: 'carrel',
      useSecureCookies: secure,
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true, secure },
      database: { generateId: () => newId() },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    hooks: { before: refuseForeignCallbacks(options.signUp) },
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message, ...details) => options.log(level === 'error' ? 'error' : 'warn', message, details) },
    plugins: [
      organization({
        requireEmailVerificationOnInvitation: true,
        invitationExpiresIn: 60 * 60 * 24 * 7,
        teams: { enabled: false },
        organizationHooks: {
          beforeAddMember: async ({ member }) => refuseRoleLists(member),
          beforeCreateInvitation: async ({ invitation }) => refuseRoleLists(invitation),
          beforeUpdateMemberRole: async ({ newRole }) => refuseRoleLists({ role: newRole }),
        },
      }),
      admin({ defaultRole: 'user', adminRoles: ['admin'] }),
    ],
  } satisfies BetterAuthOptions)
}

export type Auth = ReturnType<typeof createAuth>
