import { type Level, levelPermissions, levels } from '@carrel/auth/catalogue'
import { useQueries } from '@tanstack/react-query'
import type { SelectOption } from '#components/ui/select.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Which levels the reader may give, change and take in this library: none beyond their own rights in it. */
export function useGivable(libraryId: string): (level: Level) => boolean {
  const { api, permissions } = useWorkspace()
  const held: ReadonlySet<string> = new Set(permissions)
  const byRole = (level: Level): boolean => levelPermissions[level].every((permission) => held.has(permission))
  const checked = useQueries({
    queries: levels.map((level) =>
      api.permissions.checkAll.queryOptions({ input: { permissions: [...levelPermissions[level]], libraryId }, enabled: !byRole(level) }),
    ),
  })
  return (level) => byRole(level) || checked[levels.indexOf(level)]?.data?.allowed === true
}

export function levelOptions(givable: (level: Level) => boolean): SelectOption<Level>[] {
  return levels.map((level) => ({
    value: level,
    label: t(`level.${level}`),
    description: givable(level) ? t(`level.${level}.text`) : t('access.beyond'),
    disabled: !givable(level),
  }))
}
