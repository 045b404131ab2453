import type { LibraryFolder } from '@carrel/api/schema/libraries'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { FolderPicker } from './folder-picker.tsx'
import { folderName } from './paths.ts'

/** Asks for one folder of the server: a further one of the library, or the one where another has gone. */
export function FolderDialog({
  libraryId,
  asking,
  onClose,
}: {
  libraryId: string
  asking: { move: LibraryFolder | null } | null
  onClose: () => void
}) {
  // What it was about stays readable while it closes.
  const [shown, setShown] = useState(asking)
  if (asking !== null && asking !== shown) setShown(asking)
  return (
    <Dialog open={asking !== null} onOpenChange={(open) => !open && onClose()}>
      {shown && (
        <DialogContent className="max-w-2xl">
          <ChooseFolder libraryId={libraryId} move={shown.move} onDone={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function ChooseFolder({ libraryId, move, onDone }: { libraryId: string; move: LibraryFolder | null; onDone: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [path, setPath] = useState<string | null>(null)
  const [missing, setMissing] = useState(false)
  const save = useMutation({
    mutationFn: ({ path: chosen, anyway = false }: { path: string; anyway?: boolean }) =>
      move
        ? api.libraries.moveFolder.call({ libraryId, folderId: move.id, path: chosen, anyway })
        : api.libraries.addFolder.call({ libraryId, path: chosen }),
    onSuccess: () => {
      toast(t(move ? 'settings.folders.moved' : 'settings.folders.added'))
      onDone()
      void client.invalidateQueries({ queryKey: api.libraries.key() })
    },
  })
  const doubted = errorCode(save.error) === 'NOTHING_OF_IT_THERE'
  return (
    <>
      <DialogHeader
        title={move ? t('settings.folders.move.title', { folder: folderName(move.path) }) : t('settings.folders.add')}
        description={t(move ? 'settings.folders.move.text' : 'settings.folders.add.text')}
      />
      <DialogBody className="pb-4">
        <FolderPicker
          libraryId={libraryId}
          chosen={path === null ? [] : [path]}
          missing={missing}
          onChange={(folders) => {
            setPath(folders.at(-1) ?? null)
            setMissing(false)
            save.reset()
          }}
        />
        <p role="alert" className="mt-1.5 text-meta text-danger empty:hidden">
          {missing ? t('settings.folders.choose') : ''}
        </p>
      </DialogBody>
      <DialogFooter>
        <FormError error={save.error} />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button disabled={save.isPending} onClick={() => (path === null ? setMissing(true) : save.mutate({ path, anyway: doubted }))}>
          {save.isPending
            ? t('action.working')
            : t(doubted ? 'settings.folders.move.anyway' : move ? 'settings.folders.move.submit' : 'settings.folders.add.submit')}
        </Button>
      </DialogFooter>
    </>
  )
}
