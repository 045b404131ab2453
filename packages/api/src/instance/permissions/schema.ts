import * as z from 'zod'
import { ExtraPermission } from '@carrel/auth/catalogue'
import { Extra } from '../../permissions/schema.ts'

export const InstancePermissions = z.object({
  items: z.array(Extra),
  /** What a setting says that extending the catalogue needs; null: it is closed. */
  needs: z.string().nullable(),
})

export const AddPermission = z.object({
  name: ExtraPermission,
  label: z
    .string()
    .transform((text) => text.normalize('NFC').toWellFormed().trim())
    .pipe(
      z
        .string()
        .min(1)
        .max(100)
        .regex(/^[^\p{Cc}\u2028\u2029]*$/u),
    ),
})

export const RemovePermission = z.object({ name: ExtraPermission })
export const RemovedPermission = z.object({
  /** Roles of workspaces that held it. */
  roles: z.number().int(),
})
