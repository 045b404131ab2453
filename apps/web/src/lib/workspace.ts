import type { Membership } from '@carrel/api/schema/account'
import { createContext, use } from 'react'
import { type Api, workspaceApi } from './rpc.ts'

export type Workspace = Membership & { api: Api }

export const WorkspaceContext = createContext<Workspace | null>(null)

export function toWorkspace(membership: Membership): Workspace {
  return { ...membership, api: workspaceApi(membership.organizationId) }
}

/** The workspace that the address names, else the one this tab was in. */
export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext)
  if (!workspace) throw new Error('This component belongs inside a workspace page.')
  return workspace
}

const key = 'carrel.workspace'

/** Pages without a workspace in their address keep showing the one this tab was in. */
export function rememberWorkspace(slug: string): void {
  try {
    sessionStorage.setItem(key, slug)
  } catch {
    // Storage may be blocked; the server's idea of the last workspace holds then.
  }
}

export function rememberedWorkspace(): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

/** The workspace to show when the address names none. */
export function preferredMembership(
  account: { memberships: readonly Membership[]; lastOrganizationId: string | null },
  remembered: string | null,
): Membership | undefined {
  return (
    account.memberships.find(({ slug }) => slug === remembered) ??
    account.memberships.find(({ organizationId }) => organizationId === account.lastOrganizationId) ??
    account.memberships[0]
  )
}
