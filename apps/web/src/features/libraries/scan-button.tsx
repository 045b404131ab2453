import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { RefreshCw } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { mayScan } from './library-facts.ts'
import { useScanLibrary } from './use-scan-library.ts'

export function ScanButton({ library }: { library: LibraryDetail }) {
  const scan = useScanLibrary(library.id)
  return (
    <Button variant="outline" disabled={!mayScan(library) || scan.isPending} onClick={() => scan.mutate({ libraryId: library.id })}>
      <RefreshCw aria-hidden size={16} />
      {t(mayScan(library) ? 'library.scanAgain' : 'library.scanning')}
    </Button>
  )
}
