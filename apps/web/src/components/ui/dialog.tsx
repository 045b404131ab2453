import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ComponentProps, type Ref, useRef } from 'react'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'

export const Dialog = BaseDialog.Root
export const DialogClose = BaseDialog.Close

/**
 * A box over the page; on a phone it fills the lower part. Its middle scrolls, head and foot stay. Its first field has the
 * focus, unless a touch opened it: that would raise the keyboard.
 */
export function DialogContent({ className, children, ...props }: ComponentProps<typeof BaseDialog.Popup>) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
      <BaseDialog.Viewport className="fixed inset-0 z-50 grid grid-cols-[minmax(0,1fr)] place-items-center p-4 max-md:items-end max-md:p-0">
        <BaseDialog.Popup
          ref={popup}
          initialFocus={(opened) =>
            (opened === 'touch' ? null : popup.current?.querySelector<HTMLElement>('input:not([type=checkbox]), textarea')) ?? true
          }
          className={cn(
            'flex max-h-[min(720px,calc(100dvh-32px))] w-full max-w-lg flex-col rounded-box border border-line bg-card shadow-float outline-none transition-[opacity,transform] duration-150 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0 max-md:max-h-[92dvh] max-md:rounded-b-none max-md:border-x-0 max-md:border-b-0 max-md:pb-[env(safe-area-inset-bottom)]',
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

type DialogHeaderProps = { title: string; description?: string | undefined; titleRef?: Ref<HTMLHeadingElement> }

/** With a `titleRef` the title can have the focus, for what replaces a form. */
export function DialogHeader({ title, description, titleRef }: DialogHeaderProps) {
  return (
    <div className="flex items-start gap-4 px-5 pt-4.5 pb-3">
      <div className="min-w-0 flex-1">
        <BaseDialog.Title
          ref={titleRef}
          tabIndex={titleRef ? -1 : undefined}
          dir="auto"
          className="section-title outline-none [overflow-wrap:anywhere]"
        >
          {title}
        </BaseDialog.Title>
        {description !== undefined && <BaseDialog.Description className="mt-0.5 text-muted">{description}</BaseDialog.Description>}
      </div>
      <BaseDialog.Close
        aria-label={t('action.close')}
        className="-mt-1.5 -mr-2 grid size-9 shrink-0 place-items-center rounded-field text-muted hover:bg-soft hover:text-ink max-md:size-11"
      >
        <X aria-hidden size={17} />
      </BaseDialog.Close>
    </div>
  )
}

export function DialogBody({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('min-h-0 flex-1 overflow-y-auto overscroll-contain px-5 py-1', className)} {...props} />
}

export function DialogFooter({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      className={cn(
        'flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3.5 max-md:*:flex-1 [&>[role=alert]]:basis-full',
        className,
      )}
      {...props}
    />
  )
}
