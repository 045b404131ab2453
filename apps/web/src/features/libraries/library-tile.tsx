import type { Library } from '@carrel/api/schema/libraries'
import { Link } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { ScanDot } from '#components/scan-dot.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { bookCountText, scannedText } from './library-facts.ts'

export const tileGrid = 'grid grid-cols-[repeat(auto-fill,minmax(min(100%,296px),1fr))] gap-4'

/** A library at a glance: its newest covers, its name, how much is in it. */
export function LibraryTile({ library, covers }: { library: Library; covers: ReactNode }) {
  const { slug } = useWorkspace()
  return (
    <Link
      to="/w/$slug/libraries/$libraryId"
      params={{ slug, libraryId: library.id }}
      className="group flex h-30 min-w-0 items-center gap-4 overflow-hidden rounded-box border border-line bg-card pl-4 transition-colors duration-150 hover:border-line-strong"
    >
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span dir="auto" className="line-clamp-2 font-serif text-[1.0625rem] leading-tight font-[560]">
            {library.name}
          </span>
          {library.visibility === 'restricted' && (
            <Lock role="img" aria-label={t('visibility.restricted')} size={13} className="shrink-0 text-muted" />
          )}
          {library.scanning && <ScanDot scanning />}
        </span>
        <span className="tabular mt-1 block text-meta text-muted">{bookCountText(library)}</span>
        <span className="tabular block truncate text-meta text-muted">{scannedText(library)}</span>
      </span>
      {covers}
    </Link>
  )
}

export function TilesSkeleton() {
  return (
    <div aria-hidden className={tileGrid}>
      {[0, 1].map((tile) => (
        <div key={tile} className="flex h-30 flex-col justify-center gap-2.5 rounded-box border border-line bg-card px-4">
          <Skeleton className="h-4.5 w-1/3" />
          <Skeleton className="h-3 w-1/2" />
        </div>
      ))}
    </div>
  )
}
