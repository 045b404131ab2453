import type { Gifts } from '@carrel/api/schema/invitations'
import type { RoleDetail } from '@carrel/api/schema/roles'
import { guards, type Level, levelPermissions, levels, rolePermissions, roles as builtInRoles } from '@carrel/auth/catalogue'
import { ChevronRight, Lock } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { useCan } from '#lib/can.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { isBuiltIn, levelNames, roleName, useGiftLists } from './gifts.ts'

type GiftFieldsProps = { gifts: Gifts; onChange: (gifts: Gifts) => void; rolesMissing: boolean }

type RoleChoice = Pick<RoleDetail, 'ref' | 'name' | 'description' | 'withinMine'>

/** What somebody gets on joining: roles, and perhaps teams and libraries. */
export function GiftFields({ gifts, onChange, rolesMissing }: GiftFieldsProps) {
  const can = useCan()
  const { permissions } = useWorkspace()
  const { roles, teams, libraries } = useGiftLists()
  const own = levels.filter((level) => levelPermissions[level].every((permission) => permissions.includes(permission)))
  const shared = can('library:share') ? (libraries.data ?? []) : []
  const offered = teams.data ?? []
  const chosen = gifts.teamIds.length + gifts.libraries.length
  const [open, setOpen] = useState(false)
  // Without the right to read roles, the built-in ones are known all the same.
  const choices: RoleChoice[] | undefined = can(guards['roles.view'])
    ? roles.data
    : builtInRoles.map((ref) => ({
        ref,
        name: null,
        description: '',
        withinMine: rolePermissions[ref].every((permission) => permissions.includes(permission)),
      }))

  const toggle = (list: readonly string[], id: string, on: boolean): string[] => (on ? [...list, id] : list.filter((other) => other !== id))
  const setLevel = (libraryId: string, level: Level | null): void =>
    onChange({
      ...gifts,
      libraries: [...gifts.libraries.filter((gift) => gift.libraryId !== libraryId), ...(level === null ? [] : [{ libraryId, level }])],
    })

  return (
    <>
      <Group title={t('invite.roles')} error={rolesMissing ? t('invite.roles.none') : null}>
        {choices ? (
          <div className="divide-y divide-line overflow-hidden rounded-box border border-line">
            {choices.map((role) => (
              <CheckRow
                key={role.ref}
                checked={gifts.roles.includes(role.ref)}
                disabled={!role.withinMine}
                onChange={(on) => onChange({ ...gifts, roles: toggle(gifts.roles, role.ref, on) })}
                title={roleName(role.ref, role.name)}
                text={
                  role.withinMine ? (isBuiltIn(role.ref) ? t(`invite.role.${role.ref}.text`) : role.description) : t('invite.role.beyond')
                }
              />
            ))}
          </div>
        ) : (
          <Skeleton className="h-56 w-full rounded-box" />
        )}
      </Group>
      {(offered.length > 0 || shared.length > 0) && (
        <div>
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="-mx-1.5 flex min-h-9 items-center gap-1.5 rounded-field px-1.5 text-small font-medium hover:bg-soft max-md:min-h-11"
          >
            <ChevronRight aria-hidden size={16} className={cn('text-muted transition-transform duration-150', open && 'rotate-90')} />
            {t('invite.optional')}
            <span className="font-normal text-muted">{t('invite.optional.count', { count: chosen })}</span>
          </button>
          {open && (
            <div className="mt-3 flex flex-col gap-5.5">
              {offered.length > 0 && (
                <Group title={t('invite.teams')}>
                  <div className="max-h-64 divide-y divide-line overflow-y-auto rounded-box border border-line">
                    {offered.map((team) => (
                      <CheckRow
                        key={team.id}
                        checked={gifts.teamIds.includes(team.id)}
                        onChange={(on) => onChange({ ...gifts, teamIds: toggle(gifts.teamIds, team.id, on) })}
                        title={team.name}
                        text={t('invite.someLibraries', { count: team.libraryCount })}
                      />
                    ))}
                  </div>
                </Group>
              )}
              {shared.length > 0 && (
                <Group title={t('invite.libraries')} text={t('invite.libraries.text')}>
                  <ul className="max-h-80 divide-y divide-line overflow-y-auto rounded-box border border-line">
                    {shared.map((library) => (
                      <li key={library.id} className="flex items-center gap-3 py-2 pr-2 pl-3.5 max-md:flex-wrap">
                        <span className="flex min-w-0 flex-1 items-center gap-2 max-md:basis-full">
                          <span dir="auto" className="truncate">
                            {library.name}
                          </span>
                          {library.visibility === 'restricted' && (
                            <Lock role="img" aria-label={t('visibility.restricted')} size={13} className="shrink-0 text-muted" />
                          )}
                        </span>
                        <NativeSelect
                          className="w-72 max-md:w-full"
                          aria-label={library.name}
                          value={gifts.libraries.find((gift) => gift.libraryId === library.id)?.level ?? ''}
                          onChange={({ target: { value } }) => setLevel(library.id, value === '' ? null : (value as Level))}
                        >
                          <option value="">{t('invite.level.none')}</option>
                          {own.map((level) => (
                            <option key={level} value={level}>
                              {t(levelNames[level])}: {t(`invite.level.${level}.text`)}
                            </option>
                          ))}
                        </NativeSelect>
                      </li>
                    ))}
                  </ul>
                </Group>
              )}
            </div>
          )}
        </div>
      )}
    </>
  )
}

function Group({ title, text, error = null, children }: { title: string; text?: string; error?: string | null; children: ReactNode }) {
  const id = useId()
  return (
    <fieldset className="min-w-0" aria-describedby={error === null ? undefined : id}>
      <legend className="mb-1.5 text-small font-medium">
        {title}
        {text !== undefined && <span className="block text-meta font-normal text-muted">{text}</span>}
      </legend>
      {children}
      <p id={id} role="alert" className="mt-1.5 text-meta text-danger empty:hidden">
        {error ?? ''}
      </p>
    </fieldset>
  )
}

type CheckRowProps = { checked: boolean; disabled?: boolean; onChange: (checked: boolean) => void; title: string; text: string }

function CheckRow({ checked, disabled = false, onChange, title, text }: CheckRowProps) {
  const id = useId()
  return (
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the box inside is a component
    <label
      className={cn(
        'flex min-h-11 items-start gap-3 px-3.5 py-2.5 has-focus-visible:bg-soft',
        disabled ? 'text-muted' : 'cursor-pointer hover:bg-soft',
      )}
    >
      <Checkbox
        className="mt-0.5"
        checked={checked}
        disabled={disabled}
        onCheckedChange={(on) => onChange(on)}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text`}
      />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <span id={`${id}-title`} dir="auto" className="text-as-parent block font-medium">
          {title}
        </span>
        <span id={`${id}-text`} className="block text-meta text-muted empty:hidden">
          {text}
        </span>
      </span>
    </label>
  )
}
