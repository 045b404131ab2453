import type { ReactNode } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { TabLink, TabLinks } from '#components/tab-link.tsx'
import { t } from '#lib/i18n.ts'

const other = { activeOptions: { includeSearch: false } }

/** What the pages of the operator have in common: the heading and the way between them. */
export function InstancePage({ children }: { children: ReactNode }) {
  return (
    <div className="max-w-6xl">
      <PageHeading description={t('admin.text')}>{t('admin.title')}</PageHeading>
      <TabLinks
        label={t('admin.title')}
        className="max-md:[mask-image:linear-gradient(to_right,black_calc(100%-28px),transparent)] max-md:pr-7"
      >
        <TabLink to="/admin/users" search={{}} {...other}>
          {t('admin.users')}
        </TabLink>
        <TabLink to="/admin/workspaces" search={{}} {...other}>
          {t('admin.workspaces')}
        </TabLink>
        <TabLink to="/admin/sign-up">{t('admin.signUp')}</TabLink>
        <TabLink to="/admin/mail">{t('admin.mail')}</TabLink>
        <TabLink to="/admin/folders">{t('admin.folders')}</TabLink>
        <TabLink to="/admin/system">{t('admin.system')}</TabLink>
        <TabLink to="/admin/log" search={{}} {...other}>
          {t('admin.log')}
        </TabLink>
      </TabLinks>
      {children}
    </div>
  )
}

/** A part of such a page: what it is about, in a sentence, and then itself. */
export function Part({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="section-title">{title}</h2>
      {text !== undefined && <p className="mt-0.5 text-pretty text-muted">{text}</p>}
      <div className="mt-3">{children}</div>
    </section>
  )
}

/** Names and what they are, line by line. */
export function Facts({ facts }: { facts: readonly { name: string; value: ReactNode }[] }) {
  return (
    <dl className="divide-y divide-line rounded-box border border-line bg-card">
      {facts.map(({ name, value }) => (
        <div key={name} className="flex flex-wrap items-baseline gap-x-6 gap-y-0.5 px-4.5 py-2.5">
          <dt className="w-40 shrink-0 text-muted max-md:w-32">{name}</dt>
          <dd className="tabular min-w-0 flex-1 basis-36 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
