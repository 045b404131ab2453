import { Skeleton } from '#components/ui/skeleton.tsx'

export function ListSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div aria-hidden className="divide-y divide-line rounded-box border border-line bg-card">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex items-center gap-3.5 px-4.5 py-3.5">
          <Skeleton className="size-8 rounded-full" />
          <div className="flex-1 space-y-2">
            <Skeleton className="h-3.5 w-2/5 max-w-44" />
            <Skeleton className="h-3 w-3/5 max-w-64" />
          </div>
        </div>
      ))}
    </div>
  )
}
