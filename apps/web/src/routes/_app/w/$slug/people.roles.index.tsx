import { createFileRoute } from '@tanstack/react-router'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/people/roles-page.tsx')
const RolesPage = lazyComponent(load, 'RolesPage')

export const Route = createFileRoute('/_app/w/$slug/people/roles/')({ loader: () => void load(), component: RolesPage })
