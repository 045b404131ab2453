import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { buttonVariants } from './button.tsx'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { showToasts, toasts } from '#lib/toasts.ts'

export function Toaster() {
  useEffect(showToasts, [])
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      <Toast.Portal>
        <Toast.Viewport
          aria-label={t('toast.region')}
          className="fixed right-4 bottom-4 z-60 flex w-88 max-w-[calc(100vw-32px)] flex-col gap-2 max-md:right-auto max-md:bottom-[calc(72px+env(safe-area-inset-bottom))] max-md:left-1/2 max-md:-translate-x-1/2"
        >
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Toasts() {
  const manager = Toast.useToastManager()
  return manager.toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      swipeDirection={['right', 'down']}
      className={cn(
        'rounded-box border border-line bg-card shadow-float transition-[opacity,transform] duration-150 data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0 data-limited:hidden',
        toast.type === 'error' && 'border-danger',
      )}
    >
      <Toast.Content className="flex items-start gap-3 p-3.5">
        <div className="min-w-0 flex-1">
          <Toast.Title className="font-medium" />
          <Toast.Description className="text-small text-muted" />
        </div>
        {toast.actionProps && <Toast.Action className={buttonVariants({ variant: 'outline', className: '-my-1' })} />}
        <Toast.Close
          aria-label={t('toast.close')}
          className="-m-1.5 grid size-9 shrink-0 place-items-center rounded-field text-muted hover:bg-soft hover:text-ink"
        >
          <X aria-hidden size={16} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
