import * as z from 'zod'
import { Id, Name } from '../shapes.ts'

const reserved = new Set(['new', 'api', 'admin', 'settings', 'setup', 'sign-in', 'files', 'opds', 'www'])

/** The part of the address that names a workspace: 2 to 48 of a-z, 0-9 and single hyphens. */
export const Slug = z
  .string()
  .min(2)
  .max(48)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .refine((slug) => !reserved.has(slug) && !z.uuid().safeParse(slug).success)

export const Organization = z.object({ id: Id, name: z.string(), slug: z.string() })
export type Organization = z.infer<typeof Organization>

export const CreateOrganization = z.object({
  name: Name,
  /** Made from the name when absent. */
  slug: Slug.optional(),
})
export type CreateOrganization = z.infer<typeof CreateOrganization>

export const OpenOrganization = z.object({ organizationId: Id })
