import type { CalibreColumn, CalibreFolder, CalibreMappingInput, FoundCalibre } from '@carrel/api/schema/calibre'
import type { MetadataField } from '@carrel/api/schema/metadata'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useCan } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { columnName } from './column-text.ts'
import { ColumnsStep } from './columns-step.tsx'
import { CopyStep, CopySummary } from './copy-step.tsx'
import { FoundStep } from './found-step.tsx'
import { firstDraft, newField, toMapping, type Draft, type Surroundings } from './mapping.ts'
import { placeKey, placeOf } from './place.ts'
import { RunStep } from './run-step.tsx'
import { Steps } from './steps.tsx'
import { useCopy } from './use-copy.ts'
import { useImport } from './use-import.ts'

export type CalibreStepsProps = {
  libraryId: string
  /** The books are copied first. */
  copies: boolean
  found: FoundCalibre
  fields: readonly MetadataField[]
  /** Leads to the library. */
  shelf: ReactNode
  problemText: (problem: { code: string; detail: string }) => string
  onRetry: () => void
  onBack?: () => void
}
type ReadableFolder = CalibreFolder & { found: { ok: true; books: number; columns: CalibreColumn[] } }
const isReadable = (folder: CalibreFolder): folder is ReadableFolder => folder.found.ok

/** From what was found, over what becomes of it, to what came of it. */
export function CalibreSteps({ libraryId, copies, found, fields, shelf, problemText, onRetry, onBack }: CalibreStepsProps) {
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
  const copying = useCopy(libraryId)

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
      if (!folder) return
      const take = () => importing.start(placeOf(folder), ready)
      if (folder.path === null) take()
      else copying.start(folder.path, take)
    },
    onSettled: () => client.invalidateQueries({ queryKey: api.metadata.fields.key() }),
  })

  const startAnew = () => {
    importing.reset()
    copying.reset()
    setDraft(null)
  }
  if (copying.state && !importing.state && mapping && folder?.path != null) {
    const { path } = folder
    return (
      <>
        <Steps current="run" copies />
        <CopyStep
          state={copying.state}
          books={folder.found.books}
          problemText={problemText}
          onStop={copying.stop}
          onResume={() => copying.resume(path, () => importing.start(placeOf(folder), mapping))}
          onBack={startAnew}
        />
      </>
    )
  }
  if (importing.state && folder && mapping) {
    return (
      <>
        <Steps current="run" copies={copies} />
        {copying.state && <CopySummary total={copying.state.total} problemText={problemText} />}
        <RunStep
          state={importing.state}
          books={folder.found.books}
          shelf={shelf}
          missingText={t(copies ? 'calibre.missing.copyText' : 'calibre.missing.text')}
          onStop={importing.stop}
          onResume={() => importing.resume(placeOf(folder), mapping)}
          onBack={startAnew}
        />
      </>
    )
  }
  if (draft && folder) {
    return (
      <>
        <Steps current="columns" copies={copies} />
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
      <Steps current="found" copies={copies} />
      <FoundStep
        folders={found.folders}
        chosen={folder ? placeKey(folder) : null}
        onChoose={setChosen}
        onRetry={onRetry}
        {...(onBack && { onBack })}
        text={t(copies ? 'calibre.found.copyText' : 'calibre.found.text')}
        onContinue={() => folder && setDraft(firstDraft(folder.found.columns, columnName, around))}
      />
    </>
  )
}
