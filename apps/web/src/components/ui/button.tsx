import { Button as BaseButton } from '@base-ui/react/button'
import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export const buttonVariants = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-2 rounded-field font-medium whitespace-nowrap transition-[background-color,border-color,color,opacity] duration-150 data-disabled:pointer-events-none data-disabled:opacity-50 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary:
          'bg-accent text-on-accent hover:bg-[color-mix(in_oklab,var(--accent)_90%,var(--ink))] active:bg-[color-mix(in_oklab,var(--accent)_82%,var(--ink))]',
        outline: 'border border-line bg-card text-ink hover:border-line-strong hover:bg-soft active:bg-soft-strong data-popup-open:bg-soft',
        ghost: 'text-ink hover:bg-soft active:bg-soft-strong data-popup-open:bg-soft',
        danger: 'bg-danger text-on-danger hover:bg-[color-mix(in_oklab,var(--danger)_90%,var(--ink))]',
      },
      size: {
        medium: 'h-9 px-3.5 text-small max-md:h-11 max-md:px-4 max-md:text-base pointer-coarse:h-11',
        large: 'h-11 px-5 text-base',
        icon: 'size-9 max-md:size-11 pointer-coarse:size-11',
      },
    },
    defaultVariants: { variant: 'primary', size: 'medium' },
  },
)

type ButtonProps = ComponentProps<typeof BaseButton> & VariantProps<typeof buttonVariants>

export function Button({ className, variant, size, type = 'button', ...props }: ButtonProps) {
  return <BaseButton type={type} className={cn(buttonVariants({ variant, size }), className)} {...props} />
}
