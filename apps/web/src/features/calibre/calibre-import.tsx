import { useQuery } from '@tanstack/react-query'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { CalibreSteps, type CalibreStepsProps } from './calibre-steps.tsx'

/** From what was found in the folders of a library, over what becomes of it, to what came of it. */
export function CalibreImport({ libraryId, shelf, problemText }: Pick<CalibreStepsProps, 'libraryId' | 'shelf' | 'problemText'>) {
  const { api } = useWorkspace()
  // Reading a database costs; what was found stays while somebody decides.
  const found = useQuery(api.calibre.find.queryOptions({ input: { libraryId }, staleTime: Infinity, gcTime: 0 }))
  const fields = useQuery(api.metadata.fields.queryOptions())
  const error = found.error ?? fields.error
  if (error) return <ErrorNotice error={error} onRetry={() => void Promise.all([found.refetch(), fields.refetch()])} />
  if (!found.data || !fields.data) return <ListSkeleton />
  if (found.data.folders.length === 0) {
    return (
      <Notice title={t('calibre.none.title')} art={<EmptyShelf />} action={shelf}>
        {t('calibre.none.text')}
      </Notice>
    )
  }
  return (
    <CalibreSteps
      libraryId={libraryId}
      copies={false}
      found={found.data}
      fields={fields.data}
      shelf={shelf}
      problemText={problemText}
      onRetry={() => void found.refetch()}
    />
  )
}
