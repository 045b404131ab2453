import { Form } from '@base-ui/react/form'
import { limits } from '@carrel/api/limits'
import type { RoleDetail } from '@carrel/api/schema/roles'
import type { AnyPermission } from '@carrel/auth/catalogue'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { BackLink } from '#components/back-link.tsx'
import { FormError } from '#components/form-error.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { useCan } from '#lib/can.ts'
import { errorCode } from '#lib/error-text.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { t } from '#lib/i18n.ts'
import { isExtra, isInUse } from '#lib/permission-text.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { PermissionMatrix } from './permission-matrix.tsx'

/** The page around a role: the way back, its name. */
export function RoleFrame({ title, description, children }: { title: string; description?: ReactNode; children: ReactNode }) {
  const { slug } = useWorkspace()
  return (
    <div className="max-w-4xl">
      <BackLink to="/w/$slug/people/roles" params={{ slug }}>
        {t('people.roles')}
      </BackLink>
      <PageHeading className="mt-2 mb-5" description={description}>
        {title}
      </PageHeading>
      {children}
    </div>
  )
}

/** The words of a role and what it allows. */
export function RoleForm({
  of: role,
  start,
  more,
  onCreated,
}: {
  of: RoleDetail | null
  start?: readonly AnyPermission[]
  more?: ReactNode
  onCreated?: (roleId: string) => void
}) {
  const { api, slug } = useWorkspace()
  const can = useCan()
  const client = useQueryClient()
  // Only what was touched is kept here, so that changes made elsewhere show through.
  const [typedName, setName] = useState<string | null>(null)
  const [typedDescription, setDescription] = useState<string | null>(null)
  const [touched, setTouched] = useState<ReadonlyMap<AnyPermission, boolean>>(new Map())
  const name = typedName ?? role?.name ?? ''
  const description = typedDescription ?? role?.description ?? ''
  const begun = role?.permissions ?? (start ?? []).filter((permission) => (isInUse(permission) || isExtra(permission)) && can(permission))
  const has = (permission: AnyPermission): boolean => touched.get(permission) ?? begun.includes(permission)
  const wanted = [
    ...begun.filter(has),
    ...[...touched].flatMap(([permission, checked]) => (checked && !begun.includes(permission) ? [permission] : [])),
  ]
  const changed =
    role === null ||
    name.trim() !== role.name ||
    description.trim() !== role.description ||
    wanted.length !== begun.length ||
    wanted.some((permission) => !begun.includes(permission))

  const save = useMutation({
    mutationFn: async () => {
      const values = { name: name.trim(), description: description.trim(), permissions: wanted }
      if (role === null) return (await api.roles.create.call(values)).roleId
      await api.roles.update.call({ roleId: role.ref, ...values })
      return null
    },
    onSuccess: async (created) => {
      await client.invalidateQueries({ queryKey: api.roles.key() })
      if (created !== null) {
        toast(t('roleEdit.created', { name: name.trim() }))
        onCreated?.(created)
      } else {
        setName(null)
        setDescription(null)
        setTouched(new Map())
        toast(t('settings.saved'))
      }
    },
  })
  const taken = errorCode(save.error) === 'NAME_TAKEN'
  const errors = useFieldErrors('name', taken ? t('roleEdit.nameTaken') : null)
  return (
    <Form className="flex flex-col gap-5" errors={errors} onFormSubmit={() => save.mutate()}>
      <div className="grid gap-5 md:grid-cols-2">
        <TextField
          name="name"
          label={t('roleEdit.name')}
          value={name}
          onValueChange={(value) => {
            setName(value)
            save.reset()
          }}
          required
          maxLength={limits.nameLength}
          autoComplete="off"
          placeholder={t('roleEdit.namePlaceholder')}
        />
        <TextField
          name="description"
          label={t('roleEdit.description')}
          description={t('roleEdit.descriptionHint')}
          value={description}
          onValueChange={setDescription}
          maxLength={500}
          autoComplete="off"
        />
      </div>
      <section aria-labelledby="allows" className="rounded-box border border-line bg-card px-5 py-4.5">
        <h2 id="allows" className="section-title mb-4">
          {t('roleEdit.allows')}
        </h2>
        <PermissionMatrix has={has} onToggle={(permission, checked) => setTouched(new Map(touched).set(permission, checked))} />
      </section>
      {!taken && <FormError error={save.error} />}
      <div className="flex flex-wrap justify-end gap-2 max-md:flex-col-reverse">
        {more}
        {role === null && (
          <Link to="/w/$slug/people/roles" params={{ slug }} className={buttonVariants({ variant: 'ghost' })}>
            {t('action.cancel')}
          </Link>
        )}
        <Button type="submit" disabled={!changed || save.isPending}>
          {save.isPending ? t('action.working') : t(role === null ? 'roleEdit.create' : 'action.save')}
        </Button>
      </div>
    </Form>
  )
}
