import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChangedElsewhere } from '#components/changed-elsewhere.tsx'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { t } from '#lib/i18n.ts'
import { keptText } from '#lib/kept-text.ts'
import { toast } from '#lib/toasts.ts'
import { useEdits } from '#lib/use-edits.ts'
import { useWorkspace } from '#lib/workspace.ts'

const usualNights = 30

/** For how many nights missing books are kept, or until somebody removes them. */
export function KeepMissing({ library }: { library: LibraryDetail }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const saved = library.keepMissingNights
  const { values, moved, edit, forget, insist } = useEdits<{ nights: string | null }>({ nights: saved === null ? null : String(saved) })
  const save = useMutation(
    api.libraries.update.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: api.libraries.key() })
        forget()
        toast(t('settings.saved'))
      },
    }),
  )
  const nights = values.nights === null ? null : Number(values.nights)
  const fits = values.nights === null || (/^\d{1,3}$/.test(values.nights) && Number(values.nights) <= 365)
  return (
    <section aria-labelledby="keep-title">
      <h2 id="keep-title" className="section-title">
        {t('settings.keep.label')}
      </h2>
      <Form
        className="mt-3 flex flex-col gap-4"
        onFormSubmit={() => moved.length === 0 && fits && save.mutate({ libraryId: library.id, keepMissingNights: nights })}
      >
        <RadioGroup
          aria-labelledby="keep-title"
          value={values.nights === null ? 'forever' : 'nights'}
          onValueChange={(next) => edit('nights', next === 'forever' ? null : String(saved ?? usualNights))}
          className="grid gap-2.5 sm:grid-cols-2"
        >
          <RadioCard value="nights" title={t('settings.keep.nights')} description={t('settings.keep.nights.text')} />
          <RadioCard value="forever" title={t('settings.keep.forever')} description={t('settings.keep.forever.text')} />
        </RadioGroup>
        {values.nights !== null && (
          <div className="max-w-40">
            <TextField
              name="nights"
              label={t('settings.keep.count')}
              type="number"
              inputMode="numeric"
              min={0}
              max={365}
              step={1}
              required
              value={values.nights}
              onValueChange={(next) => edit('nights', next)}
            />
          </div>
        )}
        {fits && <p className="text-meta text-muted">{keptText(nights)}</p>}
        <ChangedElsewhere
          fields={moved.map(() => ({ label: t('settings.keep.label'), now: keptText(saved) }))}
          onTheirs={() => forget(moved)}
          onMine={insist}
        />
        <FormError error={save.error} />
        <div>
          <Button type="submit" disabled={nights === saved || !fits || moved.length > 0 || save.isPending}>
            {save.isPending ? t('action.working') : t('action.save')}
          </Button>
        </div>
      </Form>
    </section>
  )
}
