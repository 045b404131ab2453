import { limits } from '@carrel/api/limits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ImageUp, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { logoUrl, uploadLogo } from '#lib/files.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

const types = ['image/png', 'image/jpeg', 'image/webp']

/** The picture by which a workspace is known, instead of its initials. */
export function WorkspaceLogo() {
  const { api, organizationId, name, logo } = useWorkspace()
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [wrong, setWrong] = useState<'type' | 'size' | null>(null)
  const readAgain = () => client.fetchQuery({ ...accountQuery, staleTime: 0 })
  const upload = useMutation({
    mutationFn: uploadLogo,
    onSuccess: async () => {
      await readAgain()
      toast(t('settings.logo.saved'))
    },
  })
  const remove = useMutation(
    api.organizations.removeLogo.mutationOptions({
      onSuccess: async () => {
        await readAgain()
        toast(t('settings.logo.removed'))
      },
    }),
  )
  const working = upload.isPending || remove.isPending
  const choose = (file: File | undefined): void => {
    upload.reset()
    remove.reset()
    if (!file || working) return
    const reason = !types.includes(file.type) ? 'type' : file.size > limits.pictureBytes ? 'size' : null
    setWrong(reason)
    if (reason === null) upload.mutate({ organizationId, file })
  }
  return (
    <section aria-labelledby="logo-title">
      <h2 id="logo-title" className="text-small font-medium">
        {t('settings.logo.title')}
      </h2>
      <div className="mt-1.5 flex items-center gap-4.5">
        <WorkspaceBadge name={name} logo={logoUrl({ organizationId, logo })} className="size-16 rounded-box text-section" />
        <div className="min-w-0">
          <div className="flex flex-wrap gap-2">
            <input
              ref={input}
              type="file"
              accept={types.join()}
              aria-label={t(logo === null ? 'settings.logo.choose' : 'settings.logo.replace')}
              className="peer sr-only"
              onChange={(event) => {
                choose(event.target.files?.[0])
                event.target.value = ''
              }}
            />
            <Button
              variant="outline"
              // The field itself has the focus and the name.
              tabIndex={-1}
              aria-hidden
              disabled={working}
              onClick={() => input.current?.click()}
              className="peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent"
            >
              <ImageUp aria-hidden size={16} />
              {upload.isPending ? t('action.working') : t(logo === null ? 'settings.logo.choose' : 'settings.logo.replace')}
            </Button>
            {logo !== null && (
              <Button
                variant="ghost"
                disabled={working}
                onClick={() => remove.mutate(undefined, { onSuccess: () => input.current?.focus() })}
              >
                <Trash2 aria-hidden size={16} />
                {t('settings.logo.remove')}
              </Button>
            )}
          </div>
          <p className="mt-1.5 text-meta text-muted">{t('settings.logo.text')}</p>
        </div>
      </div>
      <div aria-live="polite" className="mt-2.5 empty:hidden">
        {wrong !== null && <p className="text-small text-danger">{t(`settings.logo.wrong.${wrong}`)}</p>}
        <FormError error={upload.error ?? remove.error} />
      </div>
    </section>
  )
}
