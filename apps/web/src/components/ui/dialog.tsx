import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export const Dialog = BaseDialog.Root
export const DialogClose = BaseDialog.Close

/** A window of its own, a sheet on the phone; its body scrolls between title and buttons. */
export function DialogContent({ className, ...props }: ComponentProps<typeof BaseDialog.Popup>) {
  return (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
      <BaseDialog.Viewport className="fixed inset-0 z-50 grid place-items-center p-4 max-md:items-end max-md:p-0">
        <BaseDialog.Popup
          className={cn(
            'flex max-h-[calc(100dvh-2rem)] w-full max-w-xl flex-col overflow-hidden rounded-box border border-line bg-card shadow-float outline-none transition-[opacity,transform] duration-150 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0 max-md:max-h-[calc(100dvh-1.5rem)] max-md:max-w-none max-md:rounded-t-2xl max-md:rounded-b-none max-md:border-x-0 max-md:border-b-0',
            className,
          )}
          {...props}
        />
      </BaseDialog.Viewport>
    </BaseDialog.Portal>
  )
}

export function DialogTitle({ className, ...props }: ComponentProps<typeof BaseDialog.Title>) {
  return <BaseDialog.Title className={cn('section-title', className)} {...props} />
}

export function DialogDescription({ className, ...props }: ComponentProps<typeof BaseDialog.Description>) {
  return <BaseDialog.Description className={cn('mt-0.5 text-muted', className)} {...props} />
}

export function DialogHeader({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('shrink-0 px-6 pt-5.5 pb-2 max-md:px-5', className)} {...props} />
}

export function DialogBody({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      className={cn(
        'min-h-0 flex-1 overflow-y-auto overscroll-contain px-6 pt-3 pb-6 [mask-image:linear-gradient(transparent,black_0.75rem)] max-md:px-5',
        className,
      )}
      {...props}
    />
  )
}

export function DialogFooter({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      className={cn(
        'flex shrink-0 flex-wrap items-center justify-end gap-2 border-t border-line px-6 py-4 max-md:px-5 max-md:pb-[max(1rem,env(safe-area-inset-bottom))]',
        className,
      )}
      {...props}
    />
  )
}
