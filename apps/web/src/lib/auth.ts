import { createAuthClient } from 'better-auth/client'

const client = createAuthClient({ basePath: '/api/auth' })

/** Carries Better Auth's code to the one place that turns codes into text. */
class AuthError extends Error {
  readonly code: string
  readonly data: unknown
  constructor(code: string, data?: unknown) {
    super(code)
    this.code = code
    this.data = data
  }
}

type Outcome = { error: { code?: string | undefined; status: number; data?: unknown } | null }

async function settle(run: Promise<Outcome>): Promise<void> {
  const { error } = await run
  if (!error) return
  if (error.status === 429) throw new AuthError('TOO_MANY_REQUESTS', error.data)
  if (error.status === 503 && error.code) throw new AuthError(error.code)
  if (error.status === 0 || error.status >= 500) throw new AuthError('UNAVAILABLE')
  throw new AuthError(error.code ?? 'UNKNOWN')
}

export function signIn(input: { email: string; password: string }): Promise<void> {
  return settle(client.signIn.email(input))
}

export function signUp(input: { name: string; email: string; password: string }): Promise<void> {
  return settle(client.signUp.email(input))
}

/** Asks for a mail with a link; says nothing of whether there is such an account. */
export function requestPasswordReset(email: string): Promise<void> {
  return settle(client.requestPasswordReset({ email }))
}

export function resetPassword(input: { token: string; newPassword: string }): Promise<void> {
  return settle(client.resetPassword(input))
}

export function signOut(): Promise<void> {
  return settle(client.signOut())
}
