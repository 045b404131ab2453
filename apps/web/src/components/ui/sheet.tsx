import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

/** The content of a `Dialog` as a panel at the edge of the page; on a phone it fills it from below. */
export function SheetContent({ className, children, ...props }: ComponentProps<typeof BaseDialog.Popup>) {
  return (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
      <BaseDialog.Viewport className="fixed inset-0 z-50 flex justify-end max-md:items-end">
        <BaseDialog.Popup
          className={cn(
            'relative flex h-full w-full max-w-120 flex-col border-l border-line bg-card shadow-float outline-none transition-[opacity,transform] duration-150 data-ending-style:translate-x-3 data-ending-style:opacity-0 data-starting-style:translate-x-3 data-starting-style:opacity-0 max-md:h-[94dvh] max-md:max-w-none max-md:rounded-t-2xl max-md:border-l-0 max-md:pb-[env(safe-area-inset-bottom)] max-md:data-ending-style:translate-x-0 max-md:data-starting-style:translate-x-0',
            // A question on top of it has no backdrop of its own.
            'after:pointer-events-none after:absolute after:inset-0 after:bg-veil after:opacity-0 after:transition-opacity after:duration-150 data-nested-dialog-open:after:opacity-100 max-md:after:rounded-t-2xl',
            className,
          )}
          {...props}
        >
          {children}
        </BaseDialog.Popup>
      </BaseDialog.Viewport>
    </BaseDialog.Portal>
  )
}
