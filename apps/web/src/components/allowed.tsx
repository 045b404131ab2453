import type { PermissionInUse } from '@carrel/auth/catalogue'
import type { ReactNode } from 'react'
import { useCan } from '#lib/can.ts'
import { NotFoundPage } from './page-states.tsx'

/** A page for those who hold the permission; for others there is none. Follows their roles while it is open. */
export function Allowed({ permission, children }: { permission: PermissionInUse; children: ReactNode }) {
  return useCan()(permission) ? children : <NotFoundPage />
}
