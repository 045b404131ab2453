import { createFileRoute } from '@tanstack/react-router'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/instance/mail-page.tsx')

export const Route = createFileRoute('/_app/admin/mail')({
  loader: () => void load(),
  component: lazyComponent(load, 'MailPage'),
})
