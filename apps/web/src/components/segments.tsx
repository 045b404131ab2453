import { cn } from '#lib/class-names.ts'

/** Which part of a list is shown. */
export function Segments<V extends string>({
  label,
  value,
  options,
  onChange,
  className,
}: {
  label: string
  value: V
  options: readonly { value: V; label: string }[]
  onChange: (value: V) => void
  className?: string
}) {
  return (
    <div role="group" aria-label={label} className={cn('inline-flex gap-1 rounded-field bg-soft p-1', className)}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={value === option.value}
          onClick={() => onChange(option.value)}
          className={cn(
            'min-h-8 rounded-[6px] px-3 text-small font-medium transition-colors duration-150 max-md:min-h-11 max-md:px-4 pointer-coarse:min-h-11',
            value === option.value ? 'bg-[light-dark(var(--card),var(--line-strong))] text-ink shadow-lift' : 'text-muted hover:text-ink',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
