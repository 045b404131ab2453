import type { LibraryDetail, SourceKind } from '@carrel/api/schema/libraries'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FormError } from '#components/form-error.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

const orders: readonly SourceKind[] = ['sidecar', 'file']

/** What is believed first of a book, after what people wrote. */
export function PrecedenceField({ library }: { library: LibraryDetail }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const save = useMutation(
    api.libraries.update.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: api.libraries.key() })
        toast(t('precedence.saved'))
      },
    }),
  )
  const value = (save.isPending && save.variables.precedence?.[0]) || library.precedence[0]
  return (
    <section aria-labelledby="precedence-title">
      <h2 id="precedence-title" className="section-title">
        {t('precedence.title')}
      </h2>
      <p className="mt-0.5 mb-3 text-muted">{t('precedence.text')}</p>
      <RadioGroup
        aria-labelledby="precedence-title"
        value={value}
        disabled={save.isPending}
        onValueChange={(next) => save.mutate({ libraryId: library.id, precedence: [next, ...orders.filter((each) => each !== next)] })}
        className="grid gap-2.5 sm:grid-cols-2"
      >
        {orders.map((kind) => (
          <RadioCard key={kind} value={kind} title={t(`precedence.${kind}`)} description={t(`precedence.${kind}.text`)} />
        ))}
      </RadioGroup>
      <div className="mt-3 empty:hidden">
        <FormError error={save.error} />
      </div>
    </section>
  )
}
