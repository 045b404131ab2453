import { createFileRoute } from '@tanstack/react-router'
import { ScanButton } from '#features/libraries/scan-button.tsx'
import { ScanHistory } from '#features/scans/scan-history.tsx'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { LibraryPage } from './-library-page.tsx'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/scans')({
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: ScansPage,
})

function ScansPage() {
  const { libraryId } = Route.useParams()
  return (
    <LibraryPage
      libraryId={libraryId}
      title={t('scan.history')}
      text={t('scan.history.text')}
      needs="library:scan"
      renderActions={(library) => <ScanButton library={library} />}
    >
      {() => <ScanHistory libraryId={libraryId} />}
    </LibraryPage>
  )
}
