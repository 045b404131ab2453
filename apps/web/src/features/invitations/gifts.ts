import type { Gifts } from '@carrel/api/schema/invitations'
import type { RoleRef } from '@carrel/api/schema/roles'
import { guards, type Level, type Role } from '@carrel/auth/catalogue'
import { useQuery } from '@tanstack/react-query'
import { formatList } from '#lib/format.ts'
import { type MessageId, t } from '#lib/i18n.ts'
import { useCan } from '#lib/can.ts'
import { useWorkspace } from '#lib/workspace.ts'

const builtIn: Readonly<Record<Role, MessageId>> = {
  owner: 'memberRole.owner',
  admin: 'memberRole.admin',
  librarian: 'memberRole.librarian',
  member: 'memberRole.member',
  guest: 'memberRole.guest',
}
export const levelNames: Readonly<Record<Level, MessageId>> = {
  viewer: 'invite.level.viewer',
  contributor: 'invite.level.contributor',
  editor: 'invite.level.editor',
  manager: 'invite.level.manager',
}

export function isBuiltIn(ref: RoleRef): ref is Role {
  return ref in builtIn
}

/** The roles, teams and libraries of the workspace, as far as the reader may know them. */
export function useGiftLists() {
  const can = useCan()
  const { api } = useWorkspace()
  const roles = useQuery(api.roles.list.queryOptions({ enabled: can(guards['roles.view']) }))
  const teams = useQuery(api.teams.list.queryOptions({ enabled: can('team:read') }))
  const libraries = useQuery(api.libraries.list.queryOptions())
  return { roles, teams, libraries }
}

export function roleName(ref: RoleRef, name: string | null | undefined): string {
  return isBuiltIn(ref) ? t(builtIn[ref]) : (name ?? t('invite.role.unknown'))
}

/** `Guest · Readers · Field manuals (Viewer)`; what the reader may not know is counted. */
export function useGiftText(): (gifts: Gifts) => string {
  const lists = useGiftLists()
  const roles = new Map(lists.roles.data?.map((role) => [role.ref, role.name]))
  const teams = new Map(lists.teams.data?.map((team) => [team.id, team.name]))
  const libraries = new Map(lists.libraries.data?.map((library) => [library.id, library.name]))
  return (gifts) => {
    const known = gifts.libraries.flatMap(({ libraryId, level }) => {
      const library = libraries.get(libraryId)
      return library === undefined ? [] : [t('invite.asLevel', { library, level: t(levelNames[level]) })]
    })
    const named = gifts.teamIds.flatMap((id) => teams.get(id) ?? [])
    const rest = (id: 'invite.someTeams' | 'invite.someLibraries', count: number) => (count > 0 ? [t(id, { count })] : [])
    return [
      formatList(gifts.roles.map((ref) => roleName(ref, roles.get(ref)))),
      ...named,
      ...rest('invite.someTeams', gifts.teamIds.length - named.length),
      ...known,
      ...rest('invite.someLibraries', gifts.libraries.length - known.length),
    ].join(' · ')
  }
}
