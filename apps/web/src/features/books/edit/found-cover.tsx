import type { LookupCandidate } from '@carrel/api/schema/lookup'
import { useState } from 'react'
import { cn } from '#lib/class-names.ts'
import { foundCoverUrl } from '#lib/files.ts'
import { useWorkspace } from '#lib/workspace.ts'

type FoundCoverProps = { candidate: LookupCandidate; alt: string; className?: string; onSeen?: () => void }

/** The picture of what was found, sent by our own server; a quiet box where there is none. */
export function FoundCover({ candidate: { cover }, alt, className, onSeen }: FoundCoverProps) {
  const { organizationId } = useWorkspace()
  const [failed, setFailed] = useState(false)
  return (
    <span className={cn('block aspect-2/3 shrink-0 overflow-hidden rounded-cover bg-soft-strong ring-1 ring-ink/10', className)}>
      {cover !== null && !failed && (
        <img
          alt={alt}
          src={foundCoverUrl(organizationId, cover)}
          loading="lazy"
          decoding="async"
          draggable={false}
          onLoad={onSeen}
          onError={() => setFailed(true)}
          className="size-full object-contain"
        />
      )}
    </span>
  )
}
