import type { Member } from '@carrel/api/schema/members'
import type { RoleDetail, RoleRef } from '@carrel/api/schema/roles'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { CheckboxRow } from '#components/ui/checkbox.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { t } from '#lib/i18n.ts'
import { roleDescription, roleName } from '#lib/role-label.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Which roles a member has: any number of them, and what they allow adds up. */
export function RolesDialog({ member, self, onClose }: { member: Member | null; self: boolean; onClose: () => void }) {
  const [shown, setShown] = useState(member)
  if (member !== null && member !== shown) setShown(member)
  return (
    <Dialog open={member !== null} onOpenChange={(open) => !open && onClose()}>
      {shown !== null && (
        <DialogContent>
          <DialogHeader title={t('setRoles.title', { name: shown.name })} description={t('setRoles.add')} />
          <RolesForm key={shown.userId} member={shown} self={self} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function RolesForm({ member, self, onClose }: { member: Member; self: boolean; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(api.roles.list.queryOptions())
  // Only what was touched is kept here, so that changes made elsewhere show through.
  const [touched, setTouched] = useState<ReadonlyMap<RoleRef, boolean>>(new Map())
  const save = useMutation(
    api.members.setRoles.mutationOptions({
      onSuccess: () => {
        for (const key of [api.members.key(), api.roles.key()]) void client.invalidateQueries({ queryKey: key })
        toast(t('setRoles.done', { name: member.name }))
        onClose()
      },
    }),
  )
  if (isPending) {
    return (
      <DialogBody className="space-y-4 pb-6">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} className="h-9 w-full" />
        ))}
      </DialogBody>
    )
  }
  if (!data) return <ErrorNotice error={error} onRetry={() => void refetch()} />

  const has = (ref: RoleRef): boolean => touched.get(ref) ?? member.roles.includes(ref)
  const wanted = data.map(({ ref }) => ref).filter(has)
  const changed = data.some(({ ref }) => has(ref) !== member.roles.includes(ref))
  const own = data.filter(({ name }) => name !== null)
  const group = (title: string, roles: readonly RoleDetail[]) => (
    <fieldset className="mt-2.5">
      <legend className="px-2.5 text-meta font-medium text-muted">{title}</legend>
      {roles.map((role) => (
        <CheckboxRow
          key={role.ref}
          title={roleName(role)}
          description={roleDescription(role)}
          reason={role.withinMine ? undefined : t('setRoles.beyond')}
          disabled={!role.withinMine}
          checked={has(role.ref)}
          onCheckedChange={(checked) => {
            setTouched(new Map(touched).set(role.ref, checked))
            save.reset()
          }}
        />
      ))}
    </fieldset>
  )
  return (
    <>
      <DialogBody className="px-2.5 pb-3">
        {self && <p className="mx-2.5 rounded-field bg-warn-soft px-3 py-2 text-small">{t('setRoles.self')}</p>}
        {group(
          t('setRoles.builtin'),
          data.filter(({ name }) => name === null),
        )}
        {own.length > 0 && group(t('setRoles.own'), own)}
      </DialogBody>
      <DialogFooter>
        <FormError error={save.error} />
        {wanted.length === 0 && (
          <p role="alert" className="self-center text-small text-danger md:mr-auto">
            {t('setRoles.none')}
          </p>
        )}
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button
          disabled={!changed || wanted.length === 0 || save.isPending}
          onClick={() => save.mutate({ userId: member.userId, roles: wanted })}
        >
          {save.isPending ? t('action.working') : t('action.save')}
        </Button>
      </DialogFooter>
    </>
  )
}
