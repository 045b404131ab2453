import type { Gifts } from '@carrel/api/schema/invitations'
import { rolePermissions } from '@carrel/auth/catalogue'
import { Form } from '@base-ui/react/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { useId, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Field, FieldDescription, FieldLabel } from '#components/ui/field.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { Textarea } from '#components/ui/textarea.tsx'
import { statusQuery } from '#lib/account.ts'
import { cn } from '#lib/class-names.ts'
import { formatLanguage } from '#lib/format.ts'
import { locale, t } from '#lib/i18n.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { readAddresses, type TypedAddress } from './addresses.ts'
import { GiftFields } from './gift-fields.tsx'
import { InviteResult, type Outcome } from './invite-result.tsx'

const atOnce = 100
const dayChoices = [1, 3, 7, 14, 30] as const
const languages = ['en', 'ja'] as const

/** Invites people by their addresses; stays open to tell what became of each. */
export function InviteDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} disablePointerDismissal>
      <DialogContent className="max-w-xl">
        <InviteForm />
      </DialogContent>
    </Dialog>
  )
}

function InviteForm() {
  const { api, permissions } = useWorkspace()
  const client = useQueryClient()
  const { data: status } = useQuery(statusQuery)
  const mails = status?.mail ?? true
  const id = useId()
  const [text, setText] = useState('')
  const [gifts, setGifts] = useState<Gifts>(() => ({
    roles: [rolePermissions.member.every((permission) => permissions.includes(permission)) ? 'member' : 'guest'],
    teamIds: [],
    libraries: [],
  }))
  const [language, setLanguage] = useState<(typeof languages)[number]>(locale().startsWith('ja') ? 'ja' : 'en')
  const [days, setDays] = useState(7)
  const [asked, setAsked] = useState(false)
  const addresses = readAddresses(text)
  const good = addresses.filter(({ valid }) => valid)
  const fault =
    addresses.length === 0
      ? t('invite.addresses.none')
      : good.length < addresses.length
        ? t('invite.addresses.mend')
        : good.length > atOnce
          ? t('invite.addresses.tooMany', { max: atOnce })
          : null

  const invite = useMutation({
    mutationFn: async (): Promise<{ outcomes: Outcome[]; mailed: boolean }> => {
      const { results, mailed } = await api.invitations.create.call({ ...gifts, emails: good.map(({ email }) => email), language, days })
      const outcomes: Outcome[] = []
      for (const result of results) outcomes.push({ ...result, link: mailed ? null : await linkOf(result.invitationId) })
      return { outcomes, mailed }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: api.invitations.key() }),
  })
  /** Null when it could not be made: the invitation stands all the same. */
  const linkOf = async (invitationId: string | null): Promise<string | null> => {
    if (invitationId === null) return null
    const made = await api.invitations.link.call({ invitationId }).catch(() => null)
    return made && location.origin + made.path
  }
  const submit = useSubmitOnce()

  if (invite.data) return <InviteResult {...invite.data} />
  return (
    <Form
      className="flex min-h-0 flex-1 flex-col"
      onFormSubmit={() => {
        setAsked(true)
        if (fault !== null) return document.getElementById(`${id}-addresses`)?.focus()
        if (gifts.roles.length > 0) submit(() => invite.mutateAsync())
      }}
    >
      <DialogHeader title={t('invite.add')} description={mails ? undefined : `${t('invite.noMail.title')} ${t('invite.noMail.text')}`} />
      <DialogBody className="flex flex-col gap-5.5 pb-5">
        <Field invalid={asked && fault !== null}>
          <FieldLabel>{t('invite.addresses')}</FieldLabel>
          <Textarea
            id={`${id}-addresses`}
            name="addresses"
            rows={2}
            value={text}
            onValueChange={setText}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            placeholder="nora@example.org, Jane Doe <jane@example.org>"
            aria-describedby={`${id}-fault`}
          />
          <FieldDescription>{t('invite.addresses.hint')}</FieldDescription>
          <p id={`${id}-fault`} role="alert" className="text-meta text-danger empty:hidden">
            {asked ? (fault ?? '') : ''}
          </p>
          {addresses.length > 0 && <Understood addresses={addresses} />}
        </Field>
        <GiftFields gifts={gifts} onChange={setGifts} rolesMissing={asked && gifts.roles.length === 0} />
        <div className="grid gap-4 sm:grid-cols-2">
          {mails && (
            <label className="flex flex-col gap-1.5 text-small font-medium">
              {t('invite.language')}
              <NativeSelect value={language} onChange={({ target }) => setLanguage(target.value === 'ja' ? 'ja' : 'en')}>
                {languages.map((tag) => (
                  <option key={tag} value={tag}>
                    {formatLanguage(tag)}
                  </option>
                ))}
              </NativeSelect>
            </label>
          )}
          <label className="flex flex-col gap-1.5 text-small font-medium">
            {t('invite.validFor')}
            <NativeSelect value={days} onChange={({ target }) => setDays(Number(target.value))}>
              {dayChoices.map((count) => (
                <option key={count} value={count}>
                  {t('invite.days', { count })}
                </option>
              ))}
            </NativeSelect>
          </label>
        </div>
        <FormError error={invite.error} />
      </DialogBody>
      <DialogFooter>
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={invite.isPending}>
          {invite.isPending ? t('action.working') : t(mails ? 'invite.submit.mail' : 'invite.submit.link', { count: good.length })}
        </Button>
      </DialogFooter>
    </Form>
  )
}

function Understood({ addresses }: { addresses: readonly TypedAddress[] }) {
  const bad = addresses.filter(({ valid }) => !valid).length
  return (
    <div className="mt-1">
      <p role="status" className="text-meta text-muted">
        {t('invite.addresses.good', { count: addresses.length - bad })}
        {bad > 0 && <span className="text-danger"> · {t('invite.addresses.bad', { count: bad })}</span>}
      </p>
      <ul aria-label={t('invite.addresses.understood')} className="mt-1.5 flex max-h-36 flex-wrap gap-1.5 overflow-y-auto">
        {addresses.map(({ email, name, valid }) => (
          <li
            key={email}
            className={cn(
              'flex min-h-7 max-w-full items-center gap-1.5 rounded-full px-2.5 py-0.5 text-meta',
              valid ? 'bg-soft' : 'bg-danger-soft text-danger',
            )}
          >
            {!valid && <CircleAlert aria-hidden size={13} className="shrink-0" />}
            <span className="truncate">
              {name !== '' && <bdi className="text-muted">{name} </bdi>}
              {email}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
