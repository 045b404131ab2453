import type { LibraryDetail, LibraryFolder } from '@carrel/api/schema/libraries'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { formatDate, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { keptText } from '#lib/kept-text.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { folderName } from './paths.ts'
import { ScanButton } from './scan-button.tsx'

/** What somebody who may scan has to decide or to mend: folders that cannot be looked through, files that were not found. */
export function LibraryCare({ library }: { library: LibraryDetail }) {
  const troubled = library.folders.filter(({ trouble }) => trouble !== null)
  const held = troubled.some(({ trouble }) => trouble === 'empty') ? null : library.held
  return (
    <>
      {troubled.map((folder) => (
        <Troubled key={folder.id} library={library} folder={folder} />
      ))}
      {held && <Held library={library} held={held} />}
    </>
  )
}

function Banner({ title, text, actions }: { title: string; text: string; actions: ReactNode }) {
  return (
    <div className="mb-6 flex items-center gap-x-6 gap-y-3.5 rounded-box bg-warn-soft py-3 pr-3 pl-4 max-md:flex-col max-md:items-stretch max-md:px-4">
      <div role="status" className="flex min-w-0 flex-1 gap-3">
        <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0 text-warn" />
        <div className="min-w-0">
          <p className="font-semibold [overflow-wrap:anywhere]">{title}</p>
          <p className="max-w-[80ch] text-small text-pretty">{text}</p>
        </div>
      </div>
      <div className="flex flex-wrap gap-2 max-md:*:flex-1">{actions}</div>
    </div>
  )
}

/** Says that what is held is gone, after it was asked for. */
function useGone(library: LibraryDetail, onDone: () => void) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  return useMutation(
    api.libraries.scan.mutationOptions({
      onSuccess: () => {
        onDone()
        toast(t('library.scanStarted'))
        void client.invalidateQueries({ queryKey: api.libraries.get.key({ input: { libraryId: library.id } }) })
      },
    }),
  )
}

function Held({ library, held }: { library: LibraryDetail; held: NonNullable<LibraryDetail['held']> }) {
  const [asking, setAsking] = useState<LibraryDetail | null>(null)
  const gone = useGone(library, () => setAsking(null))
  return (
    <>
      <Banner
        title={t('held.title', { held: formatNumber(held.files), all: formatNumber(held.of) })}
        text={t('held.text')}
        actions={
          <>
            <Button variant="outline" onClick={() => setAsking(library)}>
              {t('held.confirm')}
            </Button>
            <ScanButton library={library} />
          </>
        }
      />
      <ConfirmDialog
        subject={asking}
        onClose={() => setAsking(null)}
        title={() => t('held.question', { count: held.files, files: formatNumber(held.files) })}
        text={({ keepMissingNights }) => t('held.consequence', { kept: keptText(keepMissingNights) })}
        confirm={t('held.confirm')}
        pending={gone.isPending}
        error={gone.error}
        onConfirm={({ id }) => gone.mutate({ libraryId: id, confirm: true })}
      />
    </>
  )
}

function Troubled({ library, folder }: { library: LibraryDetail; folder: LibraryFolder }) {
  const [asking, setAsking] = useState<LibraryFolder | null>(null)
  const gone = useGone(library, () => setAsking(null))
  const trouble = folder.trouble ?? 'missing'
  const since = folder.troubleSince === null ? '' : `${t('folder.since', { date: formatDate(folder.troubleSince) })} `
  return (
    <>
      <Banner
        title={t(`folder.${trouble}.title`, { folder: folder.path })}
        text={`${since}${t(`folder.${trouble}.text`)}`}
        actions={
          <>
            {trouble === 'empty' && (
              <Button variant="outline" onClick={() => setAsking(folder)}>
                {t('folder.empty.purpose')}
              </Button>
            )}
            <ScanButton library={library} />
          </>
        }
      />
      <ConfirmDialog
        subject={asking}
        onClose={() => setAsking(null)}
        title={({ path }) => t('folder.empty.question', { folder: folderName(path) })}
        text={({ path }) => t('folder.empty.consequence', { folder: folderName(path), kept: keptText(library.keepMissingNights) })}
        confirm={t('folder.empty.confirm')}
        pending={gone.isPending}
        error={gone.error}
        onConfirm={({ id }) => gone.mutate({ libraryId: library.id, folderId: id, confirm: true })}
      />
    </>
  )
}
