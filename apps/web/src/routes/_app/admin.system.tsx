import { createFileRoute } from '@tanstack/react-router'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/instance/system-page.tsx')

export const Route = createFileRoute('/_app/admin/system')({
  loader: () => void load(),
  component: lazyComponent(load, 'SystemPage'),
})
