import type { Permission, PermissionInUse } from '@carrel/auth/catalogue'
import { Check, Minus } from 'lucide-react'
import { CheckboxRow } from '#components/ui/checkbox.tsx'
import { useCan } from '#lib/can.ts'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { permissionGroups, permissionText, resourceText } from '#lib/permission-text.ts'

/** What a role allows, by what it is about. Without `onToggle` it can only be read. */
export function PermissionMatrix({
  has,
  onToggle,
}: {
  has: (permission: Permission) => boolean
  onToggle?: (permission: PermissionInUse, checked: boolean) => void
}) {
  const can = useCan()
  return (
    <div className="grid gap-x-8 gap-y-6 md:grid-cols-2">
      {permissionGroups.map(([resource, permissions]) =>
        onToggle ? (
          <fieldset key={resource} className="-mx-2.5 min-w-0">
            <legend className="mb-0.5 px-2.5 text-meta font-medium text-muted">{resourceText(resource)}</legend>
            {permissions.map((permission) => (
              <CheckboxRow
                key={permission}
                title={permissionText(permission)}
                reason={can(permission) ? undefined : t('roleEdit.beyond')}
                disabled={!can(permission)}
                checked={has(permission)}
                onCheckedChange={(checked) => onToggle(permission, checked)}
              />
            ))}
          </fieldset>
        ) : (
          <section key={resource} aria-label={resourceText(resource)}>
            <h3 className="mb-1 text-meta font-medium text-muted">{resourceText(resource)}</h3>
            <ul>
              {permissions.map((permission) => (
                <li key={permission} className={cn('flex items-start gap-2.5 py-1', !has(permission) && 'text-muted')}>
                  {has(permission) ? (
                    <Check role="img" aria-label={t('matrix.yes')} size={16} className="mt-0.5 shrink-0 text-accent" />
                  ) : (
                    <Minus role="img" aria-label={t('matrix.no')} size={16} className="mt-0.5 shrink-0 text-line-strong" />
                  )}
                  {permissionText(permission)}
                </li>
              ))}
            </ul>
          </section>
        ),
      )}
    </div>
  )
}
