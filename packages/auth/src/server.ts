import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api'
import { admin, organization } from 'better-auth/plugins'
import * as z from 'zod'
import { newId, type Pools } from '@carrel/db'
import * as schema from '@carrel/db/schema'
import { deviceCookie, deviceDays, newDevice, readDevice } from './device.ts'
import { dropMailedLinks } from './email.ts'
import { Later } from './later.ts'
import { foldAddress, type Budget, type Limits } from './limits.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
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
  /** Sends the link by which somebody sets a new password; null where no mail is sent. `language` is what the browser asks for. */
  mailPasswordReset: ((to: { name: string; email: string }, token: string, language: string | null) => Promise<void>) | null
  /** Limits per address of a client. Off in tests and benchmarks that sign many people in. */
  rateLimit: boolean
  /** Limits per account. */
  limits: Limits
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

type Ctx = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0]

/** Better Auth trusts every host where there is no APP_URL, so what comes after a sign-in is a path of ours or nothing. */
const refuseForeignCallbacks = ({ body, query }: Ctx): void => {
  for (const given of [body, query] as (Record<string, unknown> | undefined)[]) {
    for (const name of callbacks) {
      const target = given?.[name]
      if (target !== undefined && !(typeof target === 'string' && /^\/(?![/\\])[^\\\s]*$/.test(target))) {
        throw new APIError('FORBIDDEN', { message: `${name} must be a path of this server.` })
      }
    }
  }
}

const refuseClosedSignUp = async (signUp: AuthOptions['signUp']): Promise<void> => {
  if ((await signUp()) !== 'open')
    throw new APIError('BAD_REQUEST', { code: 'EMAIL_PASSWORD_SIGN_UP_DISABLED', message: 'Email and password sign up is not enabled' })
}

/** What nobody does in somebody else's place; said alike by our own procedures. */
export const notInTheirPlace = 'You are signed in as somebody else. Only they can change their account.'

const refuseInTheirPlace = async (ctx: Ctx): Promise<void> => {
  const signedIn = await getSessionFromCtx(ctx)
  if ((signedIn?.session as { impersonatedBy?: string | null } | undefined)?.impersonatedBy)
    throw new APIError('FORBIDDEN', { code: 'IMPERSONATED', message: notInTheirPlace })
}

/** What a sign-in counts against: the address, or the browser, if it is known with that address. Null when no address was given. */
const signInBudget = (ctx: Ctx, secret: string): readonly [Budget, string] | null => {
  const { data } = address.safeParse((ctx.body as { email?: unknown } | undefined)?.email)
  if (data === undefined) return null
  const email = foldAddress(data)
  const device = readDevice(secret, email, ctx.getCookie(deviceCookie))
  return device ? ['sign-in-known', `${device} ${email}`] : ['sign-in', email]
}

/** Minutes for which the link of a password reset works. */
export const resetMinutes = 60

/** Makes the Better Auth of one server; nothing of it is global. */
export function createAuth(options: AuthOptions) {
  const secure = options.appUrl?.startsWith('https:') ?? false
  const { db, limits, secret, mailPasswordReset } = options

  const before = createAuthMiddleware(async (ctx) => {
    const body = (ctx.body ?? {}) as Record<string, unknown>
    refuseForeignCallbacks(ctx)
    if (ctx.path === '/sign-up/email') {
      await refuseClosedSignUp(options.signUp)
      refuseOddAccounts(body)
    }
    if (ctx.path === '/request-password-reset' || ctx.path === '/reset-password') await refuseInTheirPlace(ctx)
    if (ctx.path === '/request-password-reset') {
      const { data } = address.safeParse(body['email'])
      if (data !== undefined) await limits.take('reset-mail', foldAddress(data))
    }
    if (ctx.path === '/sign-in/email') {
      const budget = signInBudget(ctx, secret)
      if (budget) await limits.take(...budget)
    }
  })

  const after = createAuthMiddleware(async (ctx) => {
    const { newSession, returned } = ctx.context
    if (ctx.path === '/sign-in/email') {
      const budget = signInBudget(ctx, secret)
      if (budget && newSession) await limits.forget(...budget)
      // Refused for another reason than the password: a ban, or too many at once.
      else if (budget && returned instanceof APIError && returned.statusCode !== 401) await limits.giveBack(...budget)
    }
    if (!newSession) return
    const email = foldAddress(newSession.user.email)
    if (readDevice(secret, email, ctx.getCookie(deviceCookie))) return
    ctx.setCookie(deviceCookie, newDevice(secret, email), {
      path: '/api/auth',
      httpOnly: true,
      sameSite: 'lax',
      secure,
      maxAge: deviceDays * 24 * 60 * 60,
    })
  })

  return betterAuth({
    appName: 'Carrel',
    secret,
    baseURL: options.appUrl ?? { allowedHosts: ['*'] },
    basePath: '/api/auth',
    // The HTTP layer has compared Origin and Host already when there is no APP_URL.
    trustedOrigins: async (request?: Request) => (options.appUrl ? [options.appUrl] : request ? [request.headers.get('origin') ?? ''] : []),
    database: drizzleAdapter(db, { provider: 'pg', schema, transaction: true }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
      autoSignIn: true,
      password: { hash: hashPassword, verify: (given) => verifyPassword(db, given) },
      ...(mailPasswordReset && {
        sendResetPassword: ({ user, token }, request) => mailPasswordReset(user, token, request?.headers.get('accept-language') ?? null),
      }),
      resetPasswordTokenExpiresIn: resetMinutes * 60,
      revokeSessionsOnPasswordReset: true,
      // Proves no address: a link may have been handed over by the operator. Addresses are confirmed by links of their own.
      onPasswordReset: async ({ user }) => {
        await dropMailedLinks(db, user.id)
        await limits.forget('sign-in', foldAddress(user.email))
      },
    },
    // Nobody before the operator: the first account is made with the setup code.
    databaseHooks: { user: { create: { before: () => refuseBeforeSetup(db) } } },
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
    hooks: { before, after },
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message, ...details) => options.log(level === 'error' ? 'error' : 'warn', message, details) },
    // What was refused is in the log of requests; it needs no line of its own for each guess.
    onAPIError: {
      onError: (error) => {
        if (!(error instanceof APIError) || (error.statusCode >= 500 && !(error instanceof Later)))
          options.log('error', 'not answered', [error])
      },
    },
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
