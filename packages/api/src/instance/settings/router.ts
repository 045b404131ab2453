import type { Deps } from '../../deps.ts'
import { operator } from '../../procedures.ts'
import { recordInstance } from '../audit/queries.ts'
import { changeSignUp } from './queries.ts'
import { InstanceSettings, UpdateSettings } from './schema.ts'

const current = async ({ settings, signUp }: Deps): Promise<InstanceSettings> => ({
  signUp: { value: await signUp(), fixed: settings.signUpFixed },
})

export const settings = {
  get: operator
    .route({
      method: 'GET',
      path: '/instance/settings',
      tags: ['instance'],
      summary: 'Settings of this server that can be changed while it runs',
    })
    .output(InstanceSettings)
    .handler(({ context: { deps } }) => current(deps)),

  update: operator
    .route({
      method: 'PATCH',
      path: '/instance/settings',
      tags: ['instance'],
      summary: 'Change settings of this server; they hold at once',
    })
    .errors({ FIXED: { status: 409 } })
    .input(UpdateSettings)
    .output(InstanceSettings)
    .handler(async ({ context: { scope, deps }, input, errors }) => {
      const before = await current(deps)
      if (input.signUp === undefined || input.signUp === before.signUp.value) return before
      if (before.signUp.fixed) throw errors.FIXED({ message: 'SIGN_UP is set in the environment of the server and holds.' })
      await changeSignUp(scope, input.signUp)
      await recordInstance(scope, {
        action: 'settings.updated',
        before: { signUp: before.signUp.value },
        after: { signUp: input.signUp },
      })
      return { signUp: { value: input.signUp, fixed: false } }
    }),
}
