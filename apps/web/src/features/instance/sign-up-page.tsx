import type { InstanceSettings, SignUp } from '@carrel/api/schema/instance/settings'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { RadioCard, RadioGroup } from '#components/ui/radio-group.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { statusQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { toast } from '#lib/toasts.ts'
import { admin } from './api.ts'
import { Part } from './instance-page.tsx'

const choices: readonly SignUp[] = ['open', 'invite', 'closed']

/** Who may make an account on this server. */
export function SignUpPage() {
  const { data, error, refetch } = useQuery(admin.settings.get.queryOptions())
  usePageTitle(`${t('admin.signUp')} · ${t('admin.title')}`)
  return (
    <div className="max-w-2xl">
      {data ? (
        <Part title={t('admin.signUp.title')} text={t('admin.signUp.text')}>
          <Choice saved={data.signUp} />
        </Part>
      ) : error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <div aria-hidden className="grid gap-2.5">
          {choices.map((choice) => (
            <Skeleton key={choice} className="h-17 w-full rounded-box" />
          ))}
        </div>
      )}
    </div>
  )
}

function Choice({ saved }: { saved: InstanceSettings['signUp'] }) {
  const client = useQueryClient()
  const [value, setValue] = useState(saved.value)
  const save = useMutation(
    admin.settings.update.mutationOptions({
      onSuccess: (now) => {
        toast(t('settings.saved'))
        client.setQueryData(admin.settings.get.queryKey(), now)
        void client.invalidateQueries({ queryKey: statusQuery.queryKey })
      },
    }),
  )
  return (
    <form
      className="flex flex-col gap-4.5"
      onSubmit={(event) => {
        event.preventDefault()
        if (!saved.fixed && value !== saved.value) save.mutate({ signUp: value })
      }}
    >
      {saved.fixed && (
        <p className="flex items-start gap-3 rounded-box bg-soft p-3.5">
          <Lock aria-hidden size={17} className="mt-0.5 shrink-0 text-muted" />
          <span className="min-w-0 text-pretty">{t('admin.signUp.fixed', { setting: 'SIGN_UP' })}</span>
        </p>
      )}
      <RadioGroup
        aria-label={t('admin.signUp.title')}
        value={value}
        disabled={saved.fixed}
        onValueChange={(next) => setValue(next)}
        className="grid gap-2.5"
      >
        {choices.map((choice) => (
          <RadioCard
            key={choice}
            value={choice}
            title={t(`admin.signUp.${choice}`)}
            description={t(`admin.signUp.${choice}.text`)}
            {...(saved.fixed && { className: 'cursor-default hover:border-line' })}
          />
        ))}
      </RadioGroup>
      <FormError error={save.error} />
      {!saved.fixed && (
        <div className="max-md:grid">
          <Button type="submit" disabled={value === saved.value || save.isPending}>
            {save.isPending ? t('action.working') : t('action.save')}
          </Button>
        </div>
      )}
    </form>
  )
}
