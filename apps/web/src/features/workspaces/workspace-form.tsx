import type { Organization } from '@carrel/api/schema/organizations'
import { limits } from '@carrel/api/limits'
import { isSlug, slugFromName } from '@carrel/api/slug'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { describeError, errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { instance } from '#lib/rpc.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'

type WorkspaceFormProps = { submitLabel: string; secondary?: ReactNode; onCreated: (organization: Organization) => void }

/** A new workspace: its name, and the part of the address made from it. */
export function WorkspaceForm({ submitLabel, secondary, onCreated }: WorkspaceFormProps) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [typedSlug, setTypedSlug] = useState<string | null>(null)
  const [badSlug, setBadSlug] = useState(false)
  const derived = slugFromName(name)
  const slug = typedSlug ?? (isSlug(derived) ? derived : '')

  const create = useMutation(
    instance.organizations.create.mutationOptions({
      onSuccess: async (organization) => {
        // Read again before going there: the guard of the new address asks for membership.
        await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        onCreated(organization)
      },
    }),
  )
  const slugTaken = errorCode(create.error) === 'SLUG_TAKEN'
  const slugError = badSlug ? t('workspace.slugInvalid') : slugTaken ? describeError(create.error).text : null
  const errors = useFieldErrors('slug', slugError)
  const submit = useSubmitOnce()

  return (
    <Form
      className="flex flex-col gap-4.5"
      errors={errors}
      onFormSubmit={() => {
        const given = slug.trim()
        if (given !== '' && !isSlug(given)) return setBadSlug(true)
        // A name that makes no address gets one from the server.
        submit(() => create.mutateAsync({ name: name.trim(), ...(given === '' ? {} : { slug: given }) }))
      }}
    >
      <TextField
        name="name"
        label={t('workspace.name')}
        value={name}
        onValueChange={setName}
        required
        maxLength={limits.nameLength}
        autoComplete="organization"
        placeholder={t('workspace.namePlaceholder')}
      />
      <TextField
        name="slug"
        label={t('workspace.slug')}
        value={slug}
        onValueChange={(value) => {
          setTypedSlug(value.toLowerCase())
          setBadSlug(false)
          create.reset()
        }}
        maxLength={limits.slugLength.max}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        dir="ltr"
        description={
          slug === '' && name !== '' ? (
            t('workspace.slugEmpty')
          ) : (
            <span dir="ltr">
              {location.host}/w/<strong className="font-semibold text-ink">{slug === '' ? '…' : slug}</strong>
            </span>
          )
        }
      />
      {slugError === null && <FormError error={create.error} />}
      <div className="mt-1.5 flex flex-wrap justify-end gap-2 max-md:flex-col-reverse max-md:items-stretch">
        {secondary}
        <Button type="submit" size="large" disabled={create.isPending}>
          {create.isPending ? t('action.working') : submitLabel}
        </Button>
      </div>
    </Form>
  )
}
