import { MailPlus } from 'lucide-react'
import { Suspense, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { lazyComponent } from '#lib/lazy-component.ts'
import { t } from '#lib/i18n.ts'
import { useCan } from '#lib/can.ts'

const InviteDialog = lazyComponent(() => import('./invite-dialog.tsx'), 'InviteDialog')

/** The way to the invite dialog; nothing for who may not invite. */
export function InviteButton() {
  const can = useCan()
  const [open, setOpen] = useState(false)
  const [wanted, setWanted] = useState(false)
  if (!can('invitation:create')) return null
  return (
    <>
      <Button
        onClick={() => {
          setWanted(true)
          setOpen(true)
        }}
      >
        <MailPlus aria-hidden size={16} />
        {t('invite.add')}
      </Button>
      {wanted && (
        <Suspense>
          <InviteDialog open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </>
  )
}
