import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { member, organization } from '@carrel/db/schema'
import type { OrganizationSettings } from './schema.ts'
import type { OrganizationScope, UserScope, VisitorScope } from '../scope.ts'
import { Id } from '../shapes.ts'

/** A workspace owned by the user; null when the slug is taken. `first`: no other exists on this server. */
export async function insertOrganization(scope: UserScope, input: { name: string; slug: string }) {
  const id = newId()
  const [row] = await scope.db.execute<{ first: boolean | null }>(
    sql`select app.create_organization(${id}::uuid, ${newId()}::uuid, ${input.name}, ${input.slug}) as first`,
  )
  return row === undefined || row.first === null ? null : { id, ...input, first: row.first }
}

export async function getOrganization(scope: OrganizationScope): Promise<OrganizationSettings> {
  const [row] = await scope.db
    .select({ id: organization.id, name: organization.name, slug: organization.slug, language: organization.language })
    .from(organization)
    .where(eq(organization.id, scope.organizationId))
  if (!row) throw new Error('An entered workspace has a row.')
  return { ...row, language: row.language === 'ja' ? 'ja' : 'en' }
}

export async function updateOrganization(scope: OrganizationScope, values: { name: string; language: string }): Promise<void> {
  await scope.db.update(organization).set(values).where(eq(organization.id, scope.organizationId))
}

/** The digest of the workspace's logo. */
export async function findLogo(scope: OrganizationScope): Promise<string | null> {
  const [row] = await scope.db.select({ logo: organization.logo }).from(organization).where(eq(organization.id, scope.organizationId))
  return row?.logo ?? null
}

export async function updateLogo(scope: OrganizationScope, digest: string | null): Promise<void> {
  await scope.db.update(organization).set({ logo: digest }).where(eq(organization.id, scope.organizationId))
}

/** Where the logo lies of the workspace that a token opens. */
export async function findLogoOfToken(scope: VisitorScope, hash: Buffer): Promise<{ organizationId: string; digest: string } | undefined> {
  const [row] = await scope.db.execute<{ organizationId: string; digest: string }>(
    sql`select organization_id as "organizationId", logo as digest from app.logo_of_token(${hash})`,
  )
  return row
}

/** False when the address is, or was, another workspace's. The old one leads on. */
export async function renameSlug(scope: OrganizationScope, slug: string): Promise<boolean> {
  const [row] = await scope.db.execute<{ renamed: boolean }>(sql`select app.rename_slug(${slug}) as renamed`)
  return row?.renamed ?? false
}

/** Closes the workspace; its owners can open it again for seven days. */
export async function deleteOrganization(scope: OrganizationScope): Promise<void> {
  await scope.db.execute(sql`select app.delete_organization()`)
}

/** False when there is no such workspace of theirs, or it is too late. */
export async function restoreOrganization(scope: UserScope, organizationId: string): Promise<boolean> {
  const [row] = await scope.db.execute<{ restored: boolean }>(sql`select app.restore_organization(${organizationId}::uuid) as restored`)
  return row?.restored ?? false
}

/** Why the operator closed a workspace of the user's, named by id or address, or by null for the session's active one. */
export async function findSuspension(scope: UserScope, named: string | null): Promise<{ reason: string | null } | undefined> {
  const id = named === null ? scope.activeOrganizationId : Id.safeParse(named).data
  if (named === null && id === null) return undefined
  const [row] = await scope.db
    .select({ reason: organization.suspensionReason })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(
      and(
        eq(member.userId, scope.user.id),
        isNotNull(organization.suspendedAt),
        isNull(organization.deletedAt),
        id ? eq(organization.id, id) : eq(organization.slug, named ?? ''),
      ),
    )
  return row
}

/** Opens this workspace first at the next visit. */
export async function rememberOrganization(scope: UserScope, organizationId: string): Promise<void> {
  await scope.db.execute(sql`select app.remember_organization(${scope.token}, ${organizationId}::uuid)`)
}
