import { createOperator, foldAddress, inPasswordTurn, isSetupCode, Later, needsSetup } from '@carrel/auth'
import { open } from '../procedures.ts'
import { CreateOperator, InstanceStatus } from './schema.ts'

export const setup = {
  status: open
    .route({ method: 'GET', path: '/setup', tags: ['setup'], summary: 'What a visitor may know of this server' })
    .output(InstanceStatus)
    .handler(async ({ context: { deps } }) => ({
      needsSetup: await needsSetup(deps.authDb),
      signUp: await deps.signUp(),
      mail: deps.settings.mailLinks !== null,
      version: deps.settings.version,
    })),

  createOperator: open
    .route({
      method: 'POST',
      path: '/setup/operator',
      tags: ['setup'],
      summary: 'Make the first account, with the code that the start printed',
    })
    .errors({ WRONG_CODE: { status: 403 }, ALREADY_SET_UP: { status: 409 } })
    .input(CreateOperator)
    .handler(async ({ context, input, errors }) => {
      const { deps } = context
      if (!(await needsSetup(deps.authDb)))
        throw errors.ALREADY_SET_UP({ message: 'This server has its first account already. Sign in instead.' })
      if (!deps.setupAttempts.take()) throw new Later('TOO_MANY_REQUESTS', 'Too many tries. Wait a minute.', 60)
      if (!isSetupCode(input.code, deps.settings.secret))
        throw errors.WRONG_CODE({ message: 'This is not the code that the server printed when it started.' })
      // One turn for both: nobody is left with an account and without an answer.
      const { headers } = await inPasswordTurn(async () => {
        const made = await createOperator(deps.authDb, input)
        if (!made) throw errors.ALREADY_SET_UP({ message: 'This server has its first account already. Sign in instead.' })
        await deps.limits.forget('sign-in', foldAddress(input.email))
        return deps.auth.api.signInEmail({
          body: { email: input.email, password: input.password },
          headers: context.headers,
          returnHeaders: true,
        })
      })
      for (const cookie of headers.getSetCookie()) context.resHeaders?.append('set-cookie', cookie)
      return {}
    }),
}
