import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { RefreshCw } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { useScanLibrary } from './use-scan-library.ts'

export function ScanButton({ library }: { library: LibraryDetail }) {
  const scan = useScanLibrary(library.id)
  return (
    <Button variant="outline" disabled={library.scanning || scan.isPending} onClick={() => scan.mutate({ libraryId: library.id })}>
      <RefreshCw aria-hidden size={16} />
      {t(library.scanning ? 'library.scanning' : 'library.scanAgain')}
    </Button>
  )
}
