import { useState } from 'react'
import { cn } from '#lib/class-names.ts'
import { InitialsBadge } from './initials-badge.tsx'

/** The logo of a workspace, or its initials where it has none or the picture does not come. */
export function WorkspaceBadge({ name, logo, className }: { name: string; /** Address. */ logo: string | null; className?: string }) {
  const [lost, setLost] = useState<string | null>(null)
  if (logo === null || logo === lost) return <InitialsBadge kind="workspace" name={name} {...(className !== undefined && { className })} />
  return (
    // Light behind it in both themes: what is drawn on nothing is mostly drawn for paper.
    <img
      src={logo}
      alt=""
      draggable={false}
      onError={() => setLost(logo)}
      className={cn('size-7.5 shrink-0 rounded-[7px] bg-[oklch(99%_0.004_85)] object-contain', className)}
    />
  )
}
