import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router'
import { Suspense } from 'react'
import { ConnectionNote } from '#features/frame/connection-note.tsx'
import { ImpersonationBar } from '#features/frame/impersonation-bar.tsx'
import { useIdentityChanges } from '#lib/identity.ts'
import { lazyComponent } from '#lib/lazy-component.ts'
import { useRouteFocus } from '#lib/route-focus.ts'

const Toaster = lazyComponent(() => import('#components/ui/toaster.tsx'), 'Toaster')

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Root })

function Root() {
  useRouteFocus()
  useIdentityChanges()
  return (
    <>
      <ConnectionNote />
      <ImpersonationBar />
      <Outlet />
      <Suspense>
        <Toaster />
      </Suspense>
    </>
  )
}
