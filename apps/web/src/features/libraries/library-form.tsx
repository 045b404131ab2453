import type { Library, LibraryKind, Visibility } from '@carrel/api/schema/libraries'
import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId, useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { describeError, errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { FolderPicker } from './folder-picker.tsx'
import { NoRoots } from './no-roots.tsx'
import { folderName } from './paths.ts'
import { KindField } from './kind-field.tsx'
import { VisibilityField } from './visibility-field.tsx'

type LibraryFormProps = {
  operator: boolean
  /** The wizard asks for less: the first library is everybody's. */
  askVisibility: boolean
  submitLabel: string
  secondary?: ReactNode
  onCreated: (library: Library) => void
}

/** A new library: where its books are, and what it is called. */
export function LibraryForm({ operator, askVisibility, submitLabel, secondary, onCreated }: LibraryFormProps) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const roots = useQuery(api.folders.roots.queryOptions())
  const [kind, setKind] = useState<LibraryKind>('folders')
  const [folders, setFolders] = useState<readonly string[]>([])
  const [typedName, setTypedName] = useState<string | null>(null)
  const [visibility, setVisibility] = useState<Visibility>('organization')
  const picker = useRef<HTMLFieldSetElement>(null)
  const missingId = useId()
  const [missing, setMissing] = useState(false)
  const name = typedName ?? (folders[0] === undefined ? '' : folderName(folders[0]))

  const create = useMutation(
    api.libraries.create.mutationOptions({
      onSuccess: (library) => {
        void client.invalidateQueries({ queryKey: api.libraries.key() })
        onCreated(library)
      },
    }),
  )
  const nameTaken = errorCode(create.error) === 'NAME_TAKEN'
  const errors = useFieldErrors('name', nameTaken ? describeError(create.error).text : null)
  const submit = useSubmitOnce()

  // The wizard is about the folders that the server was started with.
  if (roots.data?.length === 0 && !askVisibility) {
    return (
      <>
        <NoRoots operator={operator} onRetry={() => void roots.refetch()} />
        <div className="mt-5 flex justify-end empty:hidden">{secondary}</div>
      </>
    )
  }
  return (
    <Form
      className="flex flex-col gap-6"
      errors={errors}
      onFormSubmit={() => {
        if (kind === 'folders' && folders.length === 0) {
          setMissing(true)
          return picker.current?.focus()
        }
        submit(() => create.mutateAsync({ name: name.trim(), visibility, kind, folders: kind === 'managed' ? [] : [...folders] }))
      }}
    >
      {askVisibility && <KindField value={kind} onChange={setKind} />}
      {kind === 'folders' && roots.data?.length === 0 && <NoRoots operator={operator} onRetry={() => void roots.refetch()} />}
      <fieldset
        hidden={kind === 'managed' || roots.data?.length === 0}
        ref={picker}
        tabIndex={-1}
        aria-describedby={missing ? missingId : undefined}
        className="min-w-0 scroll-mt-6 outline-none"
      >
        <legend className="mb-1.5 text-small font-medium">{t('library.folders')}</legend>
        <FolderPicker
          chosen={folders}
          missing={missing}
          onChange={(next) => {
            setFolders(next)
            setMissing(false)
          }}
        />
        <p id={missingId} role="alert" className="mt-1.5 text-meta text-danger empty:hidden">
          {missing ? t('library.foldersMissing') : ''}
        </p>
      </fieldset>
      <TextField
        name="name"
        label={t('library.name')}
        value={name}
        onValueChange={(value) => {
          setTypedName(value)
          create.reset()
        }}
        // Without a folder that is what is missing; with one the name comes along.
        required={kind === 'managed' || folders.length > 0}
        maxLength={limits.nameLength}
        autoComplete="off"
        placeholder={t('library.namePlaceholder')}
      />
      {askVisibility && <VisibilityField value={visibility} onChange={setVisibility} />}
      {!nameTaken && <FormError error={create.error} />}
      <div className="flex flex-wrap justify-end gap-2 max-md:flex-col-reverse max-md:items-stretch">
        {secondary}
        <Button type="submit" size="large" disabled={create.isPending}>
          {create.isPending ? t('action.working') : submitLabel}
        </Button>
      </div>
    </Form>
  )
}
