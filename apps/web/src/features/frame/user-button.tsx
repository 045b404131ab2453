import { InitialsBadge } from '#components/initials-badge.tsx'

export const userButton =
  'flex min-h-10 w-full items-center gap-2.5 rounded-field px-2 text-left text-muted transition-colors duration-150 hover:bg-soft hover:text-ink data-popup-open:bg-soft'

/** What the closed user menu shows. */
export function UserButtonFace({ name }: { name: string }) {
  return (
    <>
      <InitialsBadge kind="person" name={name} className="size-6.5" />
      <span dir="auto" className="min-w-0 flex-1 truncate">
        {name}
      </span>
    </>
  )
}
