import type { Account } from '@carrel/api/schema/account'
import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'
import { toast } from '#lib/toasts.ts'

/** Who somebody is: name, which can be changed in place, and e-mail. */
export function NameCard({ user }: Pick<Account, 'user'>) {
  const [editing, setEditing] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  useEffect(() => {
    if (wasEditing.current && !editing) opener.current?.focus()
    wasEditing.current = editing
  }, [editing])
  return (
    <div className="rounded-box border border-line bg-card p-4.5">
      <div className="flex items-center gap-4">
        <InitialsBadge kind="person" name={user.name} className="size-12 text-section" />
        <div className="min-w-0 flex-1">
          <p dir="auto" className="line-clamp-2 text-as-parent text-section font-semibold">
            {user.name}
          </p>
          <p className="truncate text-muted">{user.email}</p>
        </div>
        {!editing && (
          <Button ref={opener} variant="outline" className="max-md:w-11 max-md:px-0" onClick={() => setEditing(true)}>
            <Pencil aria-hidden size={17} strokeWidth={1.8} className="md:hidden" />
            <span className="max-md:sr-only">{t('account.changeName')}</span>
          </Button>
        )}
      </div>
      {editing && <NameForm name={user.name} onClose={() => setEditing(false)} />}
    </div>
  )
}

function NameForm({ name: saved, onClose }: { name: string; onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState(saved)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const save = useMutation(
    instance.account.update.mutationOptions({
      onSuccess: async () => {
        await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        toast(t('settings.saved'))
        onClose()
      },
    }),
  )
  const changed = name.trim() !== saved
  return (
    <Form
      className="mt-4.5 flex animate-appear flex-col gap-4 border-t border-line pt-4.5"
      onFormSubmit={() => (changed ? save.mutate({ name: name.trim() }) : onClose())}
    >
      <TextField
        ref={input}
        name="name"
        label={t('account.name')}
        value={name}
        onValueChange={setName}
        required
        maxLength={limits.nameLength}
        autoComplete="name"
        dir="auto"
        className="text-as-parent"
      />
      <FormError error={save.error} />
      <div className="flex flex-wrap gap-2 max-md:flex-col">
        <Button type="submit" disabled={save.isPending}>
          {save.isPending ? t('action.working') : t('action.save')}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          {t('action.cancel')}
        </Button>
      </div>
    </Form>
  )
}
