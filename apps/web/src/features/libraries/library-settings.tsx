import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronRight, UsersRound } from 'lucide-react'
import { Link } from '@tanstack/react-router'
import { ChangedElsewhere } from '#components/changed-elsewhere.tsx'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { useCan, useCanInLibrary } from '#lib/can.ts'
import { describeError, errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { toast } from '#lib/toasts.ts'
import { useEdits } from '#lib/use-edits.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { DeleteLibrary } from './delete-library.tsx'
import { KeepMissing } from './keep-missing.tsx'
import { LibraryFolders } from './library-folders.tsx'
import { LibraryUpkeep } from './library-upkeep.tsx'
import { PrecedenceField } from './precedence-field.tsx'
import { VisibilityField } from './visibility-field.tsx'

export function LibrarySettings({ library, onDeleted }: { library: LibraryDetail; onDeleted: () => void }) {
  const { slug } = useWorkspace()
  const can = useCan()
  const updates = useCanInLibrary(library.id, 'library:update')
  const shares = useCanInLibrary(library.id, 'library:share')
  return (
    <div className="flex max-w-2xl flex-col gap-10">
      {updates && <NameAndVisibility library={library} askVisibility={shares === false} />}
      {updates && <PrecedenceField library={library} />}
      {shares && (
        <Link
          to="/w/$slug/libraries/$libraryId/access"
          params={{ slug, libraryId: library.id }}
          className="flex min-h-15 items-center gap-3.5 rounded-box border border-line bg-card px-4.5 py-3 transition-colors duration-150 hover:border-line-strong"
        >
          <UsersRound aria-hidden size={19} strokeWidth={1.7} className="shrink-0 text-muted" />
          <span className="min-w-0 flex-1">
            <span className="block font-medium">{t('access.title')}</span>
            <span className="block text-meta text-muted">{t(`visibility.${library.visibility}`)}</span>
          </span>
          <ChevronRight aria-hidden size={17} className="shrink-0 text-muted rtl:rotate-180" />
        </Link>
      )}
      {updates && library.folders.length > 0 && <LibraryFolders library={library} />}
      {updates && library.upkeep && <LibraryUpkeep libraryId={library.id} upkeep={library.upkeep} />}
      {updates && library.kind === 'folders' && <KeepMissing library={library} />}
      {can('library:delete') && <DeleteLibrary library={library} onDeleted={onDeleted} />}
    </div>
  )
}

/** Who finds it has a page of its own for those who also choose people for it. */
function NameAndVisibility({ library, askVisibility }: { library: LibraryDetail; askVisibility: boolean }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const { values, changes, moved, edit, forget, insist } = useEdits({ name: library.name, visibility: library.visibility })
  const { name, visibility } = values
  const save = useMutation(
    api.libraries.update.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: api.libraries.key() })
        forget()
        toast(t('settings.saved'))
      },
    }),
  )
  const nameTaken = errorCode(save.error) === 'NAME_TAKEN'
  const errors = useFieldErrors('name', nameTaken ? describeError(save.error).text : null)
  const changed = name.trim() !== library.name || visibility !== library.visibility
  return (
    <Form
      className="flex flex-col gap-5"
      errors={errors}
      onFormSubmit={() =>
        moved.length === 0 && save.mutate({ libraryId: library.id, ...changes, ...('name' in changes && { name: name.trim() }) })
      }
    >
      <TextField
        name="name"
        label={t('library.name')}
        value={name}
        onValueChange={(value) => {
          edit('name', value)
          save.reset()
        }}
        required
        maxLength={limits.nameLength}
        autoComplete="off"
      />
      {askVisibility && <VisibilityField value={visibility} onChange={(next) => edit('visibility', next)} />}
      <ChangedElsewhere
        fields={moved.map((field) =>
          field === 'name'
            ? { label: t('library.name'), now: library.name }
            : { label: t('access.title'), now: t(`visibility.${library.visibility}`) },
        )}
        onTheirs={() => forget(moved)}
        onMine={insist}
      />
      {!nameTaken && <FormError error={save.error} />}
      <div>
        <Button type="submit" disabled={!changed || moved.length > 0 || save.isPending}>
          {save.isPending ? t('action.working') : t('action.save')}
        </Button>
      </div>
    </Form>
  )
}
