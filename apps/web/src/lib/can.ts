import type { ExtraPermission, PermissionInUse } from '@carrel/auth/catalogue'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useWorkspace } from './workspace.ts'

/** Asks what the reader may do in this workspace; follows their roles while the page is open. */
export function useCan(): (permission: PermissionInUse | ExtraPermission) => boolean {
  const { permissions } = useWorkspace()
  return useMemo(() => {
    const held: ReadonlySet<string> = new Set(permissions)
    return (permission) => held.has(permission)
  }, [permissions])
}

/** The same in one library, where a grant may add to the roles; undefined until that is known. */
export function useCanInLibrary(libraryId: string, permission: PermissionInUse): boolean | undefined {
  const { api } = useWorkspace()
  const byRole = useCan()(permission)
  const { data, isError } = useQuery(api.permissions.check.queryOptions({ input: { permission, libraryId }, enabled: !byRole }))
  return byRole || (isError ? false : data?.allowed)
}
