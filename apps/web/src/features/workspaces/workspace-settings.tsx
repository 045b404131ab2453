import type { OrganizationSettings } from '@carrel/api/schema/organizations'
import { limits } from '@carrel/api/limits'
import { isSlug } from '@carrel/api/slug'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { ChangedElsewhere } from '#components/changed-elsewhere.tsx'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field, FieldDescription, FieldError, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { accountQuery } from '#lib/account.ts'
import { describeError, errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useEdits } from '#lib/use-edits.ts'
import { useWorkspace } from '#lib/workspace.ts'

const labels = {
  name: 'workspace.name',
  slug: 'workspace.slug',
  language: 'settings.workspace.language',
} as const

/** Name, address and language of a workspace. `onMoved` leads to its new address. */
export function WorkspaceSettings({ saved, onMoved }: { saved: OrganizationSettings; onMoved: (slug: string) => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const { values, changes, moved, edit, forget, insist } = useEdits({ name: saved.name, slug: saved.slug, language: saved.language })
  const { name, slug, language } = values
  const slugInput = useRef<HTMLInputElement>(null)
  const save = useMutation(
    api.organizations.update.mutationOptions({
      onSuccess: async (now) => {
        client.setQueryData(api.organizations.get.queryKey(), now)
        // Read again before going there: the guard of the new address asks for membership.
        await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        toast(t('settings.saved'))
        forget()
        if (now.slug !== saved.slug) onMoved(now.slug)
      },
    }),
  )
  const moves = slug !== saved.slug
  const taken = errorCode(save.error) === 'SLUG_TAKEN'
  const slugError = moves && !isSlug(slug) ? t('workspace.slugInvalid') : taken ? describeError(save.error).text : null
  useEffect(() => {
    if (taken) slugInput.current?.focus()
  }, [taken])
  const changed = name.trim() !== saved.name || moves || language !== saved.language
  return (
    <Form
      className="flex flex-col gap-6"
      onFormSubmit={() => {
        if (slugError === null && changed && moved.length === 0 && !save.isPending)
          save.mutate({ ...changes, ...('name' in changes && { name: name.trim() }) })
      }}
    >
      <TextField
        name="name"
        label={t('workspace.name')}
        value={name}
        onValueChange={(value) => edit('name', value)}
        required
        maxLength={limits.nameLength}
        autoComplete="off"
        dir="auto"
        className="text-as-parent"
      />
      <Field name="slug" invalid={slugError !== null}>
        <FieldLabel>{t('workspace.slug')}</FieldLabel>
        <Input
          ref={slugInput}
          value={slug}
          onValueChange={(value) => {
            edit('slug', value.toLowerCase().replaceAll(/[\s_]+/g, '-'))
            save.reset()
          }}
          maxLength={limits.slugLength.max}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          dir="ltr"
        />
        <div aria-live="polite">{slugError === null ? null : <FieldError match>{slugError}</FieldError>}</div>
        <FieldDescription>
          <span dir="ltr" className="[overflow-wrap:anywhere]">
            {location.host}/w/<strong className="font-semibold text-ink">{slug === '' ? '…' : slug}</strong>
          </span>
          <span className="mt-1 block">{t('settings.workspace.slugLeads')}</span>
        </FieldDescription>
      </Field>
      <fieldset>
        <legend id="language" className="text-small font-medium">
          {t('settings.workspace.language')}
        </legend>
        <RadioGroup
          aria-labelledby="language"
          value={language}
          onValueChange={(next) => edit('language', next)}
          className="mt-1.5 grid gap-2.5 sm:grid-cols-2"
        >
          <RadioCard value="en" title={<span lang="en">{t('settings.language.en')}</span>} description={t('settings.language.en.text')} />
          <RadioCard value="ja" title={<span lang="ja">{t('settings.language.ja')}</span>} description={t('settings.language.ja.text')} />
        </RadioGroup>
      </fieldset>
      <ChangedElsewhere
        fields={moved.map((field) => ({
          label: t(labels[field]),
          now: field === 'language' ? t(`settings.language.${saved.language}`) : saved[field],
        }))}
        onTheirs={() => forget(moved)}
        onMine={insist}
      />
      {!taken && <FormError error={save.error} />}
      <div className="max-md:grid">
        <Button type="submit" disabled={!changed || moved.length > 0 || slugError !== null || save.isPending}>
          {save.isPending ? t('action.working') : t('action.save')}
        </Button>
      </div>
    </Form>
  )
}
