import type { PasswordLink } from '@carrel/api/schema/instance/users'
import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { EmailField } from '#components/account-fields.tsx'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { describeError, errorCode } from '#lib/error-text.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { t } from '#lib/i18n.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'
import { toast } from '#lib/toasts.ts'
import { admin } from './api.ts'
import { PasswordLinkNote } from './password-link.tsx'

type Given = { name: string; email: string; password?: string }
type Made = Given & { userId: string; link: PasswordLink | null }

/** An account made by the operator. */
export function CreateUser({ open, onClose, onCreated }: { open: boolean; onClose: () => void; onCreated: (userId: string) => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} disablePointerDismissal>
      <DialogContent>
        <CreateForm
          onClose={onClose}
          onCreated={(userId) => {
            onClose()
            onCreated(userId)
          }}
        />
      </DialogContent>
    </Dialog>
  )
}

function CreateForm({ onClose, onCreated }: { onClose: () => void; onCreated: (userId: string) => void }) {
  const client = useQueryClient()
  const [way, setWay] = useState<'link' | 'password'>('link')
  const [made, setMade] = useState<Made | null>(null)
  const create = useMutation(admin.users.create.mutationOptions())
  const taken = errorCode(create.error) === 'EMAIL_TAKEN'
  const errors = useFieldErrors('email', taken ? describeError(create.error).text : null)
  const submit = useSubmitOnce()
  if (made) return <Ready made={made} onOpen={() => onCreated(made.userId)} />
  return (
    <Form
      className="contents"
      errors={errors}
      onFormSubmit={({ name, email, password }: Given) =>
        submit(async () => {
          const given = { name: name.trim(), email: email.trim(), ...(way === 'password' && { password: password ?? '' }) }
          const created = await create.mutateAsync(given)
          await client.invalidateQueries({ queryKey: admin.users.key() })
          if (created.link) return setMade({ ...given, ...created })
          toast(t('admin.create.done', { name: given.name }))
          onClose()
        })
      }
    >
      <DialogHeader title={t('admin.create')} description={t('admin.create.text')} />
      <DialogBody className="flex flex-col gap-4.5 pb-5">
        <TextField
          name="name"
          label={t('admin.user.name')}
          required
          maxLength={limits.nameLength}
          autoComplete="off"
          dir="auto"
          className="text-as-parent"
        />
        <EmailField autoComplete="off" />
        <fieldset>
          <legend id="way" className="text-small font-medium">
            {t('account.password')}
          </legend>
          <RadioGroup aria-labelledby="way" value={way} onValueChange={(next) => setWay(next)} className="mt-1.5 grid gap-2.5">
            <RadioCard value="link" title={t('admin.create.link')} description={t('admin.create.link.text')} />
            <RadioCard value="password" title={t('admin.create.password')} description={t('admin.create.password.text')} />
          </RadioGroup>
        </fieldset>
        {way === 'password' && (
          <TextField
            name="password"
            type="password"
            label={t('account.password')}
            required
            minLength={limits.passwordLength.min}
            maxLength={limits.passwordLength.max}
            autoComplete="new-password"
            description={t('account.passwordHint')}
          />
        )}
      </DialogBody>
      <DialogFooter>
        {!taken && <FormError error={create.error} />}
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={create.isPending}>
          {create.isPending ? t('action.working') : t('admin.create.submit')}
        </Button>
      </DialogFooter>
    </Form>
  )
}

function Ready({ made, onOpen }: { made: Made; onOpen: () => void }) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <>
      <DialogHeader titleRef={title} title={t('admin.create.done', { name: made.name })} />
      <DialogBody className="pb-5">{made.link && <PasswordLinkNote link={made.link} email={made.email} />}</DialogBody>
      <DialogFooter>
        <Button variant="outline" onClick={onOpen}>
          {t('admin.create.open')}
        </Button>
        <DialogClose className={buttonVariants()}>{t('invite.done')}</DialogClose>
      </DialogFooter>
    </>
  )
}
