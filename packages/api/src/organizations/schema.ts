import * as z from 'zod'
import { limits } from '../limits.ts'
import { Id, Name } from '../shapes.ts'
import { isSlug, slugPattern } from './slug.ts'

/** The part of the address that names a workspace: 2 to 48 of a-z, 0-9 and single hyphens. */
export const Slug = z.string().min(limits.slugLength.min).max(limits.slugLength.max).regex(slugPattern).refine(isSlug)

export const Organization = z.object({ id: Id, name: z.string(), slug: z.string() })
export type Organization = z.infer<typeof Organization>

export const CreateOrganization = z.object({
  name: Name,
  /** Made from the name when absent. */
  slug: Slug.optional(),
})
export type CreateOrganization = z.infer<typeof CreateOrganization>

export const OrganizationSettings = Organization.extend({ language: z.enum(['en', 'ja']) })
export type OrganizationSettings = z.infer<typeof OrganizationSettings>

export const UpdateOrganization = z.object({ name: Name.optional(), slug: Slug.optional(), language: z.enum(['en', 'ja']).optional() })
export type UpdateOrganization = z.infer<typeof UpdateOrganization>

/** The name, typed once more. */
export const DeleteOrganization = z.object({ name: z.string().max(400) })
export const TransferOrganization = z.object({ userId: Id })

export const OpenOrganization = z.object({ organizationId: Id })
