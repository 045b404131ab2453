import type { LibraryDetail, LibraryFolder } from '@carrel/api/schema/libraries'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, Folder, FolderMinus, FolderOutput, FolderPlus, FolderX } from 'lucide-react'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { useCan, useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { keptText } from '#lib/kept-text.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { FolderNoticing, ScanFolder } from './folder-noticing.tsx'
import { FolderDialog } from './folder-dialog.tsx'
import { folderName } from './paths.ts'

/** Where the books of a library are; those who may make libraries of the server's folders also change it. */
export function LibraryFolders({ library }: { library: LibraryDetail }) {
  const can = useCan()
  const scans = useCanInLibrary(library.id, 'library:scan')
  const changes = can('library:create') && scans === true
  const [asking, setAsking] = useState<{ move: LibraryFolder | null } | null>(null)
  const [leaving, setLeaving] = useState<LibraryFolder | null>(null)
  return (
    <section aria-labelledby="folders-title">
      <h2 id="folders-title" className="section-title">
        {t('library.folders')}
      </h2>
      <p className="mt-0.5 text-muted">{t('settings.folders.text')}</p>
      <ul className="mt-3 divide-y divide-line rounded-box border border-line bg-card">
        {library.folders.map((folder) => (
          <li key={folder.id} className="flex min-h-13 items-center gap-3 py-2 pr-2 pl-4">
            {folder.available ? (
              <Folder aria-hidden size={18} className="shrink-0 text-muted" />
            ) : (
              <FolderX aria-hidden size={18} className="shrink-0 text-warn" />
            )}
            <span className="min-w-0 flex-1">
              <span dir="ltr" className="block [overflow-wrap:anywhere]">
                {folder.path}
              </span>
              <FolderNoticing noticing={folder.noticing} />
            </span>
            <ScanFolder libraryId={library.id} folder={folder} />
            {!folder.available && <span className="shrink-0 text-meta text-warn">{t('settings.folders.missing')}</span>}
            {changes && (
              <Menu>
                <MenuTrigger
                  aria-label={t('settings.folders.more', { folder: folderName(folder.path) })}
                  className={buttonVariants({ variant: 'ghost', size: 'icon' })}
                >
                  <Ellipsis aria-hidden size={17} />
                </MenuTrigger>
                <MenuContent align="end">
                  <MenuItem onClick={() => setAsking({ move: folder })}>
                    <FolderOutput aria-hidden size={16} className="text-muted" />
                    {t('settings.folders.move')}
                  </MenuItem>
                  {library.folders.length > 1 && (
                    <MenuItem onClick={() => setLeaving(folder)}>
                      <FolderMinus aria-hidden size={16} className="text-muted" />
                      {t('settings.folders.remove')}
                    </MenuItem>
                  )}
                </MenuContent>
              </Menu>
            )}
          </li>
        ))}
      </ul>
      {changes && (
        <Button variant="outline" className="mt-3" onClick={() => setAsking({ move: null })}>
          <FolderPlus aria-hidden size={16} />
          {t('settings.folders.add')}
        </Button>
      )}
      <FolderDialog libraryId={library.id} asking={asking} onClose={() => setAsking(null)} />
      <RemoveFolder library={library} folder={leaving} onClose={() => setLeaving(null)} />
    </section>
  )
}

function RemoveFolder({ library, folder, onClose }: { library: LibraryDetail; folder: LibraryFolder | null; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const remove = useMutation(api.libraries.removeFolder.mutationOptions())
  const close = (): void => {
    onClose()
    remove.reset()
  }
  return (
    <ConfirmDialog
      subject={folder}
      onClose={close}
      title={({ path }) => t('settings.folders.remove.question', { folder: folderName(path) })}
      text={() => t('settings.folders.remove.consequence', { kept: keptText(library.keepMissingNights) })}
      confirm={t('settings.folders.remove.confirm')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={({ id }) =>
        remove.mutate(
          { libraryId: library.id, folderId: id },
          {
            onSuccess: () => {
              toast(t('settings.folders.removed'))
              close()
              void client.invalidateQueries({ queryKey: api.libraries.key() })
              void client.invalidateQueries({ queryKey: api.books.key() })
            },
          },
        )
      }
    />
  )
}
