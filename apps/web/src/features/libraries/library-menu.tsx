import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { Link } from '@tanstack/react-router'
import { BookUp, Copy, Ellipsis, FileWarning, FileX, History, RefreshCw, Settings, Trash2, UsersRound } from 'lucide-react'
import { buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuItem, MenuLinkItem, MenuTrigger } from '#components/ui/menu.tsx'
import { useCan, useCanInLibrary } from '#lib/can.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { mayScan } from './library-facts.ts'
import { useScanLibrary } from './use-scan-library.ts'

/** What may be done with a library; nothing at all for people who may not. */
export function LibraryMenu({ library }: { library: LibraryDetail }) {
  const { slug } = useWorkspace()
  const can = useCan()
  const scans = useCanInLibrary(library.id, 'library:scan') && library.kind === 'folders'
  const updates = useCanInLibrary(library.id, 'library:update')
  const deletes = useCanInLibrary(library.id, 'book:delete') && library.kind === 'managed'
  const shares = useCanInLibrary(library.id, 'library:share')
  const edits = useCanInLibrary(library.id, 'metadata:edit')
  const uploads = useCanInLibrary(library.id, 'book:upload')
  const imports = edits && (library.kind === 'folders' || (uploads && can('library:create')))
  const scan = useScanLibrary(library.id)
  const settings = updates || can('library:delete')
  if (!scans && !settings && !shares && !deletes && !edits) return null
  const params = { slug, libraryId: library.id }
  return (
    <Menu>
      <MenuTrigger aria-label={t('library.more')} className={buttonVariants({ variant: 'outline', size: 'icon' })}>
        <Ellipsis aria-hidden size={17} />
      </MenuTrigger>
      <MenuContent align="end">
        {scans && (
          <MenuItem disabled={!mayScan(library) || scan.isPending} onClick={() => scan.mutate({ libraryId: library.id })}>
            <RefreshCw aria-hidden size={16} className="text-muted" />
            {t(mayScan(library) ? 'library.scanAgain' : 'library.scanning')}
          </MenuItem>
        )}
        {scans && (
          <>
            <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/problems" params={params} search={{}} />}>
              <FileWarning aria-hidden size={16} className="text-muted" />
              {t('problems.title')}
              <Count value={library.problemCount} />
            </MenuLinkItem>
            <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/missing" params={params} />}>
              <FileX aria-hidden size={16} className="text-muted" />
              {t('missing.title')}
              <Count value={library.missingCount} />
            </MenuLinkItem>
          </>
        )}
        {edits && (
          <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/duplicates" params={params} search={{}} />}>
            <Copy aria-hidden size={16} className="text-muted" />
            {t('duplicates.title')}
          </MenuLinkItem>
        )}
        {imports && (
          <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/calibre" params={params} />}>
            <BookUp aria-hidden size={16} className="text-muted" />
            {t('calibre.menu')}
          </MenuLinkItem>
        )}
        {scans && (
          <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/scans" params={params} />}>
            <History aria-hidden size={16} className="text-muted" />
            {t('scan.history')}
          </MenuLinkItem>
        )}
        {deletes && (
          <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/trash" params={params} />}>
            <Trash2 aria-hidden size={16} className="text-muted" />
            {t('trash.title')}
          </MenuLinkItem>
        )}
        {shares && (
          <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/access" params={params} />}>
            <UsersRound aria-hidden size={16} className="text-muted" />
            {t('access.title')}
          </MenuLinkItem>
        )}
        {settings && (
          <MenuLinkItem closeOnClick render={<Link to="/w/$slug/libraries/$libraryId/settings" params={params} />}>
            <Settings aria-hidden size={16} className="text-muted" />
            {t('settings.heading')}
          </MenuLinkItem>
        )}
      </MenuContent>
    </Menu>
  )
}

function Count({ value }: { value: number }) {
  return value > 0 && <span className="tabular ml-auto pl-4 text-meta text-muted">{formatNumber(value)}</span>
}
