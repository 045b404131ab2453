import type { AnyPermission, ExtraPermission, PermissionInUse } from '@carrel/auth/catalogue'
import { useQuery } from '@tanstack/react-query'
import { Check, Minus } from 'lucide-react'
import { CheckboxRow } from '#components/ui/checkbox.tsx'
import { useCan } from '#lib/can.ts'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { permissionGroups, permissionText, resourceText } from '#lib/permission-text.ts'
import { useWorkspace } from '#lib/workspace.ts'

type Offered = PermissionInUse | ExtraPermission
type Group = { title: string; permissions: { name: Offered; text: string }[] }

const catalogued: readonly Group[] = permissionGroups.map(([resource, permissions]) => ({
  title: resourceText(resource),
  permissions: permissions.map((name) => ({ name, text: permissionText(name) })),
}))

/** What a role allows, by what it is about. Without `onToggle` it can only be read. */
export function PermissionMatrix({
  has,
  onToggle,
}: {
  has: (permission: AnyPermission) => boolean
  onToggle?: (permission: Offered, checked: boolean) => void
}) {
  const { api } = useWorkspace()
  const can = useCan()
  const { data: extras } = useQuery(api.permissions.extra.queryOptions())
  const added = { title: t('resource.extra'), permissions: (extras ?? []).map(({ name, label }) => ({ name, text: label })) }
  const groups = added.permissions.length > 0 ? [...catalogued, added] : catalogued
  return (
    <div className="grid gap-x-8 gap-y-6 md:grid-cols-2">
      {groups.map(({ title, permissions }) =>
        onToggle ? (
          <fieldset key={title} className="-mx-2.5 min-w-0">
            <legend className="mb-0.5 px-2.5 text-meta font-medium text-muted">{title}</legend>
            {permissions.map(({ name, text }) => (
              <CheckboxRow
                key={name}
                title={text}
                reason={can(name) ? undefined : t('roleEdit.beyond')}
                disabled={!can(name)}
                checked={has(name)}
                onCheckedChange={(checked) => onToggle(name, checked)}
              />
            ))}
          </fieldset>
        ) : (
          <section key={title} aria-label={title}>
            <h3 className="mb-1 text-meta font-medium text-muted">{title}</h3>
            <ul>
              {permissions.map(({ name, text }) => (
                <li key={name} className={cn('flex items-start gap-2.5 py-1', !has(name) && 'text-muted')}>
                  {has(name) ? (
                    <Check role="img" aria-label={t('matrix.yes')} size={16} className="mt-0.5 shrink-0 text-accent" />
                  ) : (
                    <Minus role="img" aria-label={t('matrix.no')} size={16} className="mt-0.5 shrink-0 text-line-strong" />
                  )}
                  <span dir="auto">{text}</span>
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
    </div>
  )
}
