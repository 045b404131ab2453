import { Drawer as BaseDrawer } from '@base-ui/react/drawer'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export const Drawer = BaseDrawer.Root
export const DrawerTrigger = BaseDrawer.Trigger

/** A sheet that rises from the lower edge and can be swiped away. */
export function DrawerContent({ className, children, ...props }: ComponentProps<typeof BaseDrawer.Popup>) {
  return (
    <BaseDrawer.Portal>
      <BaseDrawer.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity duration-180 data-ending-style:opacity-0 data-starting-style:opacity-0" />
      <BaseDrawer.Viewport className="fixed inset-0 z-50 flex items-end justify-center">
        <BaseDrawer.Popup
          className={cn(
            'max-h-[85dvh] w-full max-w-lg touch-none overflow-y-auto overscroll-contain rounded-t-2xl border border-b-0 border-line bg-card pb-[env(safe-area-inset-bottom)] shadow-float outline-none [transform:translateY(var(--drawer-swipe-movement-y))] transition-transform duration-180 ease-out data-ending-style:[transform:translateY(100%)] data-starting-style:[transform:translateY(100%)] data-swiping:transition-none',
            className,
          )}
          {...props}
        >
          <div aria-hidden className="mx-auto mt-2.5 h-1 w-9 rounded-full bg-line-strong" />
          <BaseDrawer.Content className="px-4 pt-3 pb-5">{children}</BaseDrawer.Content>
        </BaseDrawer.Popup>
      </BaseDrawer.Viewport>
    </BaseDrawer.Portal>
  )
}

export function DrawerTitle({ className, ...props }: ComponentProps<typeof BaseDrawer.Title>) {
  return <BaseDrawer.Title className={cn('section-title px-1 pb-2', className)} {...props} />
}
