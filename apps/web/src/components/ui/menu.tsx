import { Menu as BaseMenu } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

const item =
  'flex min-h-9 w-full cursor-pointer select-none items-center gap-2.5 rounded-[7px] px-2.5 py-1.5 text-left text-base outline-none data-highlighted:bg-soft data-disabled:opacity-50 max-md:min-h-11 pointer-coarse:min-h-11 [&_svg]:shrink-0'

export const Menu = BaseMenu.Root
export const MenuTrigger = BaseMenu.Trigger
export const MenuRadioGroup = BaseMenu.RadioGroup
export const MenuGroup = BaseMenu.Group

export function MenuContent({
  className,
  side,
  align = 'start',
  children,
  ...props
}: ComponentProps<typeof BaseMenu.Popup> & Pick<ComponentProps<typeof BaseMenu.Positioner>, 'side' | 'align'>) {
  return (
    <BaseMenu.Portal>
      <BaseMenu.Positioner side={side} align={align} sideOffset={6} collisionPadding={12} className="z-50 outline-none">
        <BaseMenu.Popup
          className={cn(
            'max-h-[min(480px,var(--available-height))] min-w-52 max-w-[calc(100vw-24px)] origin-(--transform-origin) overflow-y-auto rounded-box border border-line bg-card p-1.5 text-ink shadow-float outline-none transition-[opacity,transform] duration-120 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0',
            className,
          )}
          {...props}
        >
          {children}
        </BaseMenu.Popup>
      </BaseMenu.Positioner>
    </BaseMenu.Portal>
  )
}

export function MenuItem({ className, ...props }: ComponentProps<typeof BaseMenu.Item>) {
  return <BaseMenu.Item className={cn(item, className)} {...props} />
}

export function MenuLinkItem({ className, ...props }: ComponentProps<typeof BaseMenu.LinkItem>) {
  return <BaseMenu.LinkItem className={cn(item, className)} {...props} />
}

export function MenuRadioItem({ className, children, ...props }: ComponentProps<typeof BaseMenu.RadioItem>) {
  return (
    <BaseMenu.RadioItem className={cn(item, className)} {...props}>
      <span className="min-w-0 flex-1">{children}</span>
      <BaseMenu.RadioItemIndicator className="text-accent">
        <Check aria-hidden size={16} />
      </BaseMenu.RadioItemIndicator>
    </BaseMenu.RadioItem>
  )
}

export function MenuLabel({ className, ...props }: ComponentProps<typeof BaseMenu.GroupLabel>) {
  return <BaseMenu.GroupLabel className={cn('px-2.5 pt-2 pb-1 text-meta text-muted', className)} {...props} />
}

export function MenuSeparator({ className, ...props }: ComponentProps<'div'>) {
  return <div role="separator" className={cn('-mx-1.5 my-1.5 h-px bg-line', className)} {...props} />
}
