import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router'
import { Toaster } from '#components/ui/toaster.tsx'
import { ConnectionNote } from '#features/frame/connection-note.tsx'
import { useRouteFocus } from '#lib/route-focus.ts'

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Root })

function Root() {
  useRouteFocus()
  return (
    <>
      <ConnectionNote />
      <Outlet />
      <Toaster />
    </>
  )
}
