import type { MailSetup, MailTest } from '@carrel/api/schema/instance/mail'
import { Form } from '@base-ui/react/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, MailX } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { FormError } from '#components/form-error.tsx'
import { EmailField } from '#components/account-fields.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { accountQuery } from '#lib/account.ts'
import { cn } from '#lib/class-names.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { admin } from './api.ts'
import { Facts, Part } from './instance-page.tsx'

/** How this server sends mail, and whether it can. */
export function MailPage() {
  const { data, error, refetch } = useQuery(admin.mail.get.queryOptions({ refetchInterval: 15_000 }))
  usePageTitle(`${t('admin.mail')} · ${t('admin.title')}`)
  if (!data) {
    return error ? (
      <ErrorNotice error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton aria-hidden className="h-60 w-full max-w-2xl rounded-box" />
    )
  }
  return (
    <div className="flex max-w-2xl flex-col gap-9">
      {data.server ? (
        <>
          <Part title={t('admin.mail.server')} text={t('admin.mail.where')}>
            <Facts facts={serverFacts(data.server)} />
          </Part>
          <Part title={t('admin.mail.test')} text={t('admin.mail.test.text')}>
            <TestMail />
          </Part>
        </>
      ) : (
        <NoServer />
      )}
      <Part title={t('admin.mail.queue')} text={t('admin.mail.queue.text')}>
        <Facts
          facts={[
            { name: t('admin.mail.waiting'), value: formatNumber(data.waiting) },
            {
              name: t('admin.mail.failed'),
              value: <span className={data.failed > 0 ? 'font-medium text-danger' : ''}>{formatNumber(data.failed)}</span>,
            },
          ]}
        />
      </Part>
    </div>
  )
}

function serverFacts({ host, port, security, from, user, hasPassword, anyCertificate }: NonNullable<MailSetup['server']>) {
  return [
    { name: t('admin.mail.host'), value: `${host}:${port}` },
    { name: t('admin.mail.security'), value: t(`admin.mail.security.${security}`) },
    ...(anyCertificate
      ? [{ name: t('admin.mail.certificate'), value: <span className="text-warn">{t('admin.mail.anyCertificate')}</span> }]
      : []),
    { name: t('admin.mail.from'), value: from },
    {
      name: t('admin.mail.user'),
      value:
        user === null
          ? t('admin.mail.noUser')
          : t(hasPassword ? 'admin.mail.userWithPassword' : 'admin.mail.userWithoutPassword', { user }),
    },
  ]
}

const settings = [
  { name: 'SMTP_HOST', example: 'smtp.example.org', needed: true },
  { name: 'SMTP_FROM', example: 'Carrel <books@example.org>', needed: true },
  { name: 'APP_URL', example: 'https://books.example.org', needed: true },
  { name: 'SMTP_PORT', example: '587', needed: false },
  { name: 'SMTP_SECURE', example: 'starttls', needed: false },
  { name: 'SMTP_USER', example: 'books', needed: false },
  { name: 'SMTP_PASSWORD', example: '…', needed: false },
] as const

function NoServer() {
  return (
    <section aria-label={t('admin.mail.none')} className="rounded-box border border-line bg-card px-4.5 pb-4.5">
      <Notice
        className="py-8"
        title={t('admin.mail.none')}
        art={<MailX aria-hidden size={30} strokeWidth={1.5} className="mb-4 text-muted" />}
      >
        {t('admin.mail.none.text')}
      </Notice>
      <dl className="divide-y divide-line rounded-field bg-soft px-4 text-small">
        {settings.map(({ name, example, needed }) => (
          <div key={name} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-2">
            <dt className="w-36 shrink-0 font-mono">{name}</dt>
            <dd className="min-w-0 flex-1 basis-40 font-mono text-muted [overflow-wrap:anywhere]">{example}</dd>
            <dd className="text-meta text-muted">{t(needed ? 'admin.mail.needed' : 'admin.mail.optional')}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-meta text-muted">{t('admin.mail.restart')}</p>
    </section>
  )
}

function TestMail() {
  const client = useQueryClient()
  const { data: account } = useQuery(accountQuery)
  const test = useMutation(admin.mail.test.mutationOptions({ onSettled: () => client.invalidateQueries({ queryKey: admin.mail.key() }) }))
  return (
    <Form className="flex flex-col gap-4" onFormSubmit={({ email }: { email: string }) => test.mutate({ to: email.trim() })}>
      <div className="flex items-start gap-2.5 max-md:flex-col max-md:items-stretch">
        <div className="min-w-0 flex-1">
          <EmailField autoComplete="email" defaultValue={account?.user.email} />
        </div>
        <Button type="submit" size="large" disabled={test.isPending} className="md:mt-6.25">
          {test.isPending ? t('action.working') : t('admin.mail.send')}
        </Button>
      </div>
      <p role="status" className="text-small text-muted empty:hidden">
        {test.isPending ? t('admin.mail.sending') : ''}
      </p>
      {test.data && !test.isPending && <TestResult result={test.data} />}
      <FormError error={test.error} />
    </Form>
  )
}

function TestResult({ result: { to, sent, answer, problem } }: { result: MailTest }) {
  const Icon = sent ? CircleCheck : CircleAlert
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <div
      ref={box}
      role={sent ? 'status' : 'alert'}
      className={cn('scroll-my-24 rounded-box p-3.5', sent ? 'bg-accent-soft' : 'bg-danger-soft')}
    >
      <div className="flex gap-2.5">
        <Icon aria-hidden size={18} className={cn('mt-px shrink-0', sent ? 'text-accent' : 'text-danger')} />
        <p className="min-w-0 [overflow-wrap:anywhere]">
          <strong className="font-semibold">{t(sent ? 'admin.mail.sent' : 'admin.mail.notSent', { to })}</strong>{' '}
          {t(problem === null ? 'admin.mail.sent.text' : `admin.mail.problem.${problem}`)}
        </p>
      </div>
      {answer !== '' && (
        <>
          <p className="mt-3 text-meta font-medium">{t('admin.mail.answer')}</p>
          <pre dir="ltr" className="mt-1 rounded-field bg-card px-3 py-2 font-mono text-small whitespace-pre-wrap [overflow-wrap:anywhere]">
            {answer}
          </pre>
        </>
      )}
    </div>
  )
}
