import { cn } from '#lib/class-names.ts'
import { initialsOf } from './initials.ts'

/** A workspace is a filled square, a person a quiet circle. */
export function InitialsBadge({ name, kind, className }: { name: string; kind: 'workspace' | 'person'; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        'grid shrink-0 place-items-center overflow-hidden font-semibold tracking-tight select-none',
        kind === 'workspace'
          ? 'size-7.5 rounded-[7px] bg-accent text-[0.71rem] text-on-accent'
          : 'size-7 rounded-full bg-soft-strong text-[0.66rem] text-ink',
        className,
      )}
    >
      {initialsOf(name)}
    </span>
  )
}
