import type { CalibreColumn, CalibreFolder, CalibreMappingInput, FoundCalibre } from '@carrel/api/schema/calibre'
import type { MetadataField } from '@carrel/api/schema/metadata'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { useCan } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { columnName } from './column-text.ts'
import { ColumnsStep } from './columns-step.tsx'
import { FoundStep, placeKey } from './found-step.tsx'
import { firstDraft, newField, toMapping, type Draft, type Surroundings } from './mapping.ts'
import { RunStep } from './run-step.tsx'
import { Steps } from './steps.tsx'
import { useImport } from './use-import.ts'

/** From what was found, over what becomes of it, to what came of it. `shelf` leads to the library. */
export function CalibreImport({ libraryId, shelf }: { libraryId: string; shelf: ReactNode }) {
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
  return <Import libraryId={libraryId} found={found.data} fields={fields.data} shelf={shelf} onRetry={() => void found.refetch()} />
}

type ImportProps = { libraryId: string; found: FoundCalibre; fields: readonly MetadataField[]; shelf: ReactNode; onRetry: () => void }
type ReadableFolder = CalibreFolder & { found: { ok: true; books: number; columns: CalibreColumn[] } }
const isReadable = (folder: CalibreFolder): folder is ReadableFolder => folder.found.ok

function Import({ libraryId, found, fields, shelf, onRetry }: ImportProps) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const makesFields = useCan()('organization:update')
  const around: Surroundings = { fields, keepsPlaces: found.keepsPlaces, makesFields }
  const readable = found.folders.filter(isReadable)
  const [chosen, setChosen] = useState<string | null>(null)
  const folder = readable.find((each) => placeKey(each) === chosen) ?? readable[0]
  const [draft, setDraft] = useState<Draft | null>(null)
  const [mapping, setMapping] = useState<CalibreMappingInput | null>(null)
  const importing = useImport(libraryId)

  const begin = useMutation({
    mutationFn: async ({ columns }: { columns: readonly CalibreColumn[] }): Promise<CalibreMappingInput> => {
      if (!draft) throw new Error('There is nothing to take over.')
      const made: Record<string, string> = {}
      for (const column of columns) {
        const field = draft.columns[column.key]?.use === 'new' ? newField(column, columnName(column), around) : null
        if (field) made[column.key] = (await api.metadata.createField.call(field)).id
      }
      return toMapping(draft, made)
    },
    onSuccess: (ready) => {
      setMapping(ready)
      if (folder) importing.start(folder, ready)
    },
    onSettled: () => client.invalidateQueries({ queryKey: api.metadata.fields.key() }),
  })

  if (importing.state && folder && mapping) {
    return (
      <>
        <Steps current="run" />
        <RunStep
          state={importing.state}
          books={folder.found.books}
          shelf={shelf}
          onStop={importing.stop}
          onResume={() => importing.resume(folder, mapping)}
          onBack={() => {
            importing.reset()
            setDraft(null)
          }}
        />
      </>
    )
  }
  if (draft && folder) {
    return (
      <>
        <Steps current="columns" />
        <ColumnsStep
          columns={folder.found.columns}
          around={around}
          draft={draft}
          onDraft={setDraft}
          onBack={() => setDraft(null)}
          onBegin={() => begin.mutate({ columns: folder.found.columns })}
          pending={begin.isPending}
          error={begin.error}
        />
      </>
    )
  }
  return (
    <>
      <Steps current="found" />
      <FoundStep
        folders={found.folders}
        chosen={folder ? placeKey(folder) : null}
        onChoose={setChosen}
        onRetry={onRetry}
        onContinue={() => folder && setDraft(firstDraft(folder.found.columns, columnName, around))}
      />
    </>
  )
}
