import { Select as BaseSelect } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import { cn } from '#lib/class-names.ts'
import { buttonVariants } from './button.tsx'

export type SelectOption<V extends string> = { value: V; label: string; description?: string; disabled?: boolean }

/** One of a few, each with a word of explanation where it needs one. */
export function Select<V extends string>({
  label,
  value,
  options,
  onChange,
  disabled,
  className,
}: {
  label: string
  value: V
  options: readonly SelectOption<V>[]
  onChange: (value: V) => void
  disabled?: boolean
  className?: string
}) {
  return (
    <BaseSelect.Root
      value={value}
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled}
      modal={false}
    >
      <BaseSelect.Trigger aria-label={label} className={cn(buttonVariants({ variant: 'outline' }), 'justify-between', className)}>
        <span className="truncate">
          <BaseSelect.Value />
        </span>
        <ChevronDown aria-hidden size={15} className="text-muted" />
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner alignItemWithTrigger={false} sideOffset={6} collisionPadding={12} className="z-60 outline-none">
          <BaseSelect.Popup className="max-h-(--available-height) w-max max-w-[min(340px,calc(100vw-24px))] min-w-(--anchor-width) overflow-y-auto rounded-box border border-line bg-card p-1.5 text-ink shadow-float outline-none transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <BaseSelect.List>
              {options.map((option) => (
                <BaseSelect.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled}
                  className="flex min-h-9 cursor-pointer items-start gap-2.5 rounded-[7px] px-2.5 py-1.5 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-soft max-md:min-h-11 max-md:py-2.5"
                >
                  <span className="min-w-0 flex-1">
                    <BaseSelect.ItemText className="block">{option.label}</BaseSelect.ItemText>
                    {option.description !== undefined && <span className="block text-meta text-muted">{option.description}</span>}
                  </span>
                  <span className="w-4 pt-0.5">
                    <BaseSelect.ItemIndicator className="text-accent">
                      <Check aria-hidden size={16} />
                    </BaseSelect.ItemIndicator>
                  </span>
                </BaseSelect.Item>
              ))}
            </BaseSelect.List>
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  )
}
