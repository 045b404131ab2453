import { createFileRoute } from '@tanstack/react-router'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/instance/sign-up-page.tsx')

export const Route = createFileRoute('/_app/admin/sign-up')({
  loader: () => void load(),
  component: lazyComponent(load, 'SignUpPage'),
})
