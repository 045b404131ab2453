import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { CalibreSteps, type CalibreStepsProps } from './calibre-steps.tsx'
import { Steps } from './steps.tsx'

type CalibreCopyProps = Pick<CalibreStepsProps, 'libraryId' | 'shelf' | 'problemText'> & {
  /** Asks for a folder of the server; the one that was chosen. */
  picker: ReactNode
  chosen: string | null
}

/** From the folder of the server that calibre keeps its books in, to books of a library that people upload into. */
export function CalibreCopy({ picker, chosen, ...props }: CalibreCopyProps) {
  const [folder, setFolder] = useState<string | null>(null)
  if (folder !== null) return <CopyFrom {...props} folder={folder} onBack={() => setFolder(null)} />
  return (
    <>
      <Steps current="folder" copies />
      <p className="mb-4 max-w-[72ch] text-pretty text-muted">{t('calibre.folder.text')}</p>
      {picker}
      <div className="mt-6 flex flex-wrap gap-2.5 max-md:*:flex-1">
        <Button disabled={chosen === null} onClick={() => setFolder(chosen)}>
          {t('calibre.continue')}
        </Button>
      </div>
    </>
  )
}

function CopyFrom({ folder, onBack, ...props }: Omit<CalibreCopyProps, 'picker' | 'chosen'> & { folder: string; onBack: () => void }) {
  const { api } = useWorkspace()
  const input = { libraryId: props.libraryId, path: folder }
  const found = useQuery(api.calibre.find.queryOptions({ input, staleTime: Infinity, gcTime: 0 }))
  const fields = useQuery(api.metadata.fields.queryOptions())
  const error = found.error ?? fields.error
  if (error) return <ErrorNotice error={error} onRetry={() => void Promise.all([found.refetch(), fields.refetch()])} />
  if (!found.data || !fields.data) return <ListSkeleton />
  const back = (
    <Button variant="outline" onClick={onBack}>
      {t('calibre.otherFolder')}
    </Button>
  )
  if (found.data.folders.length === 0) {
    return (
      <Notice title={t('calibre.none.title')} art={<EmptyShelf />} action={back}>
        {t('calibre.none.server')}
      </Notice>
    )
  }
  return <CalibreSteps {...props} copies found={found.data} fields={fields.data} onRetry={() => void found.refetch()} onBack={onBack} />
}
