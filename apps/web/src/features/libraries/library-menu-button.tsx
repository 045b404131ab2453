import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { Ellipsis } from 'lucide-react'
import { LazyMenu } from '#components/lazy-menu.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { lazyComponent } from '#lib/lazy-component.ts'
import { useWorkspace } from '#lib/workspace.ts'

const LibraryMenu = lazyComponent(() => import('./library-menu.tsx'), 'LibraryMenu')

/** What may be done with a library; nothing at all for people who may not. */
export function LibraryMenuButton({ library }: { library: LibraryDetail }) {
  const { can } = useWorkspace()
  if (!can('library:scan') && !can('library:update') && !can('library:delete') && library.problemCount === 0) return null
  return (
    <LazyMenu
      renderButton={(props) => (
        <button type="button" aria-label={t('library.more')} className={buttonVariants({ variant: 'outline', size: 'icon' })} {...props}>
          <Ellipsis aria-hidden size={17} />
        </button>
      )}
      renderMenu={(handover) => <LibraryMenu library={library} {...handover} />}
    />
  )
}
