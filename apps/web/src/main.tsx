import '#styles/index.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { createRouter, RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { CrashPage, NotFoundPage, WaitingPage } from '#components/page-states.tsx'
import { activateLocale } from '#lib/i18n.ts'
import { createQueryClient } from '#lib/query-client.ts'
import { parseSearch, stringifySearch } from '#lib/search-params.ts'
import { endSession } from '#lib/session.ts'
import { routeTree } from './route-tree.gen.ts'

const queryClient = createQueryClient(() => {
  if (endSession(queryClient)) void router.invalidate()
})

const router = createRouter({
  routeTree,
  context: { queryClient },
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 250,
  defaultPendingMinMs: 200,
  scrollRestoration: true,
  defaultPendingComponent: WaitingPage,
  defaultErrorComponent: CrashPage,
  defaultNotFoundComponent: NotFoundPage,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

await activateLocale()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
