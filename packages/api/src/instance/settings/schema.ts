import * as z from 'zod'

export const SignUp = z.enum(['open', 'invite', 'closed'])
export type SignUp = z.infer<typeof SignUp>

export const InstanceSettings = z.object({
  signUp: z.object({
    /** What holds. */
    value: SignUp,
    /** True when the environment sets `SIGN_UP`, which wins: it cannot be changed here. */
    fixed: z.boolean(),
  }),
})
export type InstanceSettings = z.infer<typeof InstanceSettings>

export const UpdateSettings = z.object({ signUp: SignUp.optional() })
export type UpdateSettings = z.infer<typeof UpdateSettings>
