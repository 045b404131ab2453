import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { RefreshCw } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { formatAgo } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { folderName } from './paths.ts'
import { noticingText } from './noticing.ts'
import { useScanLibrary } from './use-scan-library.ts'

type LibraryFolder = LibraryDetail['folders'][number]

/** How changes in a folder are noticed, and when it was last looked through. */
export function FolderNoticing({ noticing }: Pick<LibraryFolder, 'noticing'>) {
  if (!noticing) return null
  return (
    <span className="block text-meta text-muted">
      {noticingText(noticing)}
      {noticing.checkedAt !== null && ` ${t('noticing.checked', { ago: formatAgo(noticing.checkedAt) })}`}
    </span>
  )
}

/** Looks through one folder of a library now. */
export function ScanFolder({ libraryId, folder }: { libraryId: string; folder: LibraryFolder }) {
  const scan = useScanLibrary(libraryId)
  const label = t('noticing.scanFolder', { folder: folderName(folder.path) })
  if (!useCanInLibrary(libraryId, 'library:scan') || !folder.available) return null
  return (
    <Button
      variant="ghost"
      size="icon"
      className="ml-auto shrink-0"
      aria-label={label}
      title={label}
      disabled={scan.isPending}
      onClick={() => scan.mutate({ libraryId, folderId: folder.id })}
    >
      <RefreshCw aria-hidden size={16} />
    </Button>
  )
}
