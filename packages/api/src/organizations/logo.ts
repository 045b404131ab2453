import { hash } from 'node:crypto'
import { hasPermission } from '@carrel/auth'
import { record } from '../audit/queries.ts'
import type { Deps } from '../deps.ts'
import { announceChanged } from '../events/queries.ts'
import { asMember, type OrganizationScope } from '../scope.ts'
import { findLogo, getOrganization, updateLogo } from './queries.ts'

const side = 256

export const logoKey = (organizationId: string, digest: string): string => `orgs/${organizationId}/logo/${digest}.webp`

/** What changes with the picture; part of its address. */
export const logoVersion = (digest: string | null): string | null => digest?.slice(0, 16) ?? null

/** Shows another logo, or none, from now on. The old picture goes with the next tidy, since another upload may just bring it back. */
export async function changeLogo(scope: OrganizationScope, digest: string | null): Promise<void> {
  const old = await findLogo(scope)
  if (old === digest) return
  await updateLogo(scope, digest)
  const { id, name, slug, language } = await getOrganization(scope)
  const told = (logo: string | null) => ({ name, slug, language, logo: logoVersion(logo) })
  await record(scope, { kind: 'organization', change: 'updated', target: { id, name }, before: told(old), after: told(digest) })
  await announceChanged(scope, 'members')
}

type Refusal = 'unauthenticated' | 'not-a-member' | 'forbidden' | 'too-large' | 'no-picture'

/**
 * Makes a picture the logo of a workspace. Who asks is checked before a byte is read and again before it is shown; the
 * picture is drawn in a child process with limits, in between, when no transaction is held. `read` answers null for too many bytes.
 */
export async function uploadLogo(
  { transact, blobs, uploads }: Pick<Deps, 'transact' | 'blobs' | 'uploads'>,
  asked: { token: string; organizationId: string; address: string | null },
  read: () => Promise<Uint8Array | null>,
): Promise<Refusal | { version: string | null }> {
  const { token, organizationId, address } = asked
  const allowed = <T>(fn: (scope: OrganizationScope) => Promise<T>, readOnly: boolean): Promise<T | Refusal> =>
    asMember(
      transact,
      token,
      organizationId,
      async (scope) => {
        if (typeof scope === 'string') return scope
        return hasPermission(scope.permissions, 'organization:update') ? fn(scope) : 'forbidden'
      },
      { readOnly, address },
    )
  const refused = await allowed(async () => null, true)
  if (refused !== null) return refused
  const bytes = await read()
  if (bytes === null) return 'too-large'
  const drawn = await uploads.picture(bytes, side)
  if (!drawn.ok) return 'no-picture'
  const digest = hash('sha256', drawn.webp, 'hex')
  await blobs.put(logoKey(organizationId, digest), drawn.webp)
  return allowed(async (scope) => {
    await changeLogo(scope, digest)
    return { version: logoVersion(digest) }
  }, false)
}
