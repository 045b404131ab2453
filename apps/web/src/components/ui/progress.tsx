import { Progress as BaseProgress } from '@base-ui/react/progress'
import { cn } from '#lib/class-names.ts'

/** `value` from 0 to 1; null while the end is not known. */
export function Progress({ value, label, className }: { value: number | null; label: string; className?: string }) {
  return (
    <BaseProgress.Root value={value === null ? null : Math.round(value * 100)} aria-label={label}>
      <BaseProgress.Track className={cn('h-2 overflow-hidden rounded-full bg-soft-strong', className)}>
        <BaseProgress.Indicator className="h-full rounded-full bg-accent transition-[width] duration-180 ease-linear data-indeterminate:w-1/4 data-indeterminate:animate-breathe" />
      </BaseProgress.Track>
    </BaseProgress.Root>
  )
}
