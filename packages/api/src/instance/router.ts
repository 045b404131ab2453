import { readSessionToken, sessionCookieHeader } from '@carrel/auth'
import { announce } from '../events/queries.ts'
import { signedIn } from '../procedures.ts'
import { audit } from './audit/router.ts'
import { mail } from './mail/router.ts'
import { organizations } from './organizations/router.ts'
import { permissions } from './permissions/router.ts'
import { settings } from './settings/router.ts'
import { system } from './system/router.ts'
import { endImpersonation } from './users/queries.ts'
import { users } from './users/router.ts'
import { StoppedImpersonating } from './users/schema.ts'

/** What the operator administers; see docs/adr/0005-instance.md. */
export const instance = {
  users,
  organizations,
  audit,
  settings,
  mail,
  permissions,
  system,

  stopImpersonating: signedIn
    .route({
      method: 'POST',
      path: '/instance/stop-impersonating',
      tags: ['instance'],
      summary: 'Stop acting in the place of somebody, and be yourself again',
    })
    .errors({ NOT_IMPERSONATING: { status: 409 } })
    .output(StoppedImpersonating)
    .handler(async ({ context, errors }) => {
      const { scope, deps, headers, resHeaders } = context
      if (scope.impersonatorId === null) throw errors.NOT_IMPERSONATING({ message: 'You are yourself.' })
      const { secret, secureCookies: secure } = deps.settings
      const ownToken = readSessionToken(headers.get('cookie') ?? undefined, secret, secure, 'operator')
      const restored = (await endImpersonation(scope, ownToken)) && ownToken !== null
      await announce(scope, { type: 'sessions', userId: scope.user.id })
      const forgotten = { secret, secure, seconds: 0 }
      resHeaders?.append(
        'set-cookie',
        restored
          ? sessionCookieHeader('session', ownToken, { secret, secure, seconds: null })
          : sessionCookieHeader('session', '', forgotten),
      )
      resHeaders?.append('set-cookie', sessionCookieHeader('operator', '', forgotten))
      return { restored }
    }),
}
