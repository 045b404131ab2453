import type { InstanceSystem } from '@carrel/api/schema/instance/system'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import { ErrorNotice } from '#components/states.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { cn } from '#lib/class-names.ts'
import { formatBytes, formatDuration, formatMoment, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { admin } from './api.ts'
import { Facts, Part } from './instance-page.tsx'

/** How the server is: what it runs on, what it holds, and whether everything answers. */
export function SystemPage() {
  const { data, error, refetch } = useQuery(admin.system.get.queryOptions({ refetchInterval: 15_000 }))
  usePageTitle(`${t('admin.system')} · ${t('admin.title')}`)
  if (data) return <System system={data} />
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  return (
    <div aria-hidden className="grid gap-9 xl:grid-cols-2">
      {[0, 1, 2, 3].map((part) => (
        <Skeleton key={part} className="h-48 w-full rounded-box" />
      ))}
    </div>
  )
}

function System({ system }: { system: InstanceSystem }) {
  const { counts, database, storage } = system
  const { connections, migrations } = database
  return (
    <div className="grid items-start gap-x-8 gap-y-9 xl:grid-cols-2">
      <Part title={t('admin.system.server')}>
        <Facts
          facts={[
            { name: t('admin.system.version'), value: `Carrel ${system.version} · Node ${system.node}` },
            {
              name: t('admin.system.uptime'),
              value: <span title={formatMoment(system.startedAt)}>{formatDuration(system.uptimeSeconds)}</span>,
            },
            { name: t('admin.users'), value: formatNumber(counts.users) },
            { name: t('admin.users.only.operators'), value: formatNumber(counts.operators) },
            { name: t('admin.users.only.banned'), value: formatNumber(counts.banned) },
            { name: t('admin.workspaces'), value: formatNumber(counts.organizations) },
          ]}
        />
      </Part>
      <Part title={t('admin.system.database')}>
        <Facts
          facts={[
            { name: t('admin.system.version'), value: database.version },
            { name: t('admin.workspace.size'), value: formatBytes(database.bytes) },
            {
              name: t('admin.system.connections'),
              value: (
                <Share part={connections.open} whole={connections.max}>
                  {t('admin.system.of', { part: formatNumber(connections.open), whole: formatNumber(connections.max) })}
                </Share>
              ),
            },
            {
              name: t('admin.system.migrations'),
              value: (
                <>
                  {formatNumber(migrations.applied)}
                  {migrations.last !== null && <span className="block text-meta text-muted">{migrations.last}</span>}
                </>
              ),
            },
          ]}
        />
      </Part>
      <Part title={t('admin.system.storage')}>
        <Facts
          facts={[
            { name: t('admin.system.dataDir'), value: <span dir="ltr">{storage.dataDir}</span> },
            {
              name: t('admin.system.blobs'),
              value: storage.blobBytes === null ? t('admin.system.counting') : formatBytes(storage.blobBytes),
            },
            {
              name: t('admin.system.disk'),
              value:
                storage.freeBytes === null || storage.totalBytes === null ? (
                  t('admin.system.unknown')
                ) : (
                  <Share part={storage.totalBytes - storage.freeBytes} whole={storage.totalBytes}>
                    {t('admin.system.free', { free: formatBytes(storage.freeBytes), total: formatBytes(storage.totalBytes) })}
                  </Share>
                ),
            },
          ]}
        />
      </Part>
      <Part title={t('admin.folders')}>
        {system.folders.length === 0 ? (
          <p className="rounded-box border border-line bg-card px-4.5 py-3 text-muted">{t('admin.system.noFolders')}</p>
        ) : (
          <ul className="divide-y divide-line rounded-box border border-line bg-card">
            {system.folders.map(({ path, available }) => (
              <li key={path} className="flex items-start gap-3 px-4.5 py-2.5">
                {available ? (
                  <CircleCheck aria-hidden size={17} className="mt-0.5 shrink-0 text-accent" />
                ) : (
                  <CircleX aria-hidden size={17} className="mt-0.5 shrink-0 text-danger" />
                )}
                <span className="min-w-0 flex-1">
                  <span dir="ltr" className="block [overflow-wrap:anywhere]">
                    {path}
                  </span>
                  <span className={cn('block text-meta', available ? 'text-muted' : 'text-danger')}>
                    {t(available ? 'admin.system.answers' : 'admin.system.silent')}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </Part>
      <div className="xl:col-span-2">
        <Part title={t('admin.system.queues')} text={t('admin.system.queues.text')}>
          <Queues queues={system.queues} />
        </Part>
      </div>
    </div>
  )
}

/** A figure with how much of all there is it takes. */
function Share({ part, whole, children }: { part: number; whole: number; children: string }) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0
  return (
    <>
      <span className="block">{children}</span>
      <span aria-hidden className="mt-1.5 mb-1 block h-1.5 overflow-hidden rounded-full bg-soft-strong">
        <span
          className={cn('block h-full rounded-full', share > 0.9 ? 'bg-danger' : share > 0.75 ? 'bg-warn' : 'bg-accent')}
          style={{ width: `${Math.max(1, share * 100)}%` }}
        />
      </span>
    </>
  )
}

const queueNames = {
  scan: 'admin.system.queue.scan',
  mail: 'admin.system.queue.mail',
  watch: 'admin.system.queue.watch',
  tidy: 'admin.system.queue.tidy',
} as const

const isKnown = (name: string): name is keyof typeof queueNames => Object.hasOwn(queueNames, name)

function Queues({ queues }: Pick<InstanceSystem, 'queues'>) {
  const cell = 'tabular px-2 py-2.5 text-right last:pr-4.5'
  return (
    <div className="rounded-box border border-line bg-card">
      <table aria-label={t('admin.system.queues')} className="w-full">
        <thead>
          <tr className="border-b border-line text-meta text-muted *:py-2 *:font-medium">
            <th scope="col" className="pr-2 pl-4.5 text-left">
              {t('admin.system.queue')}
            </th>
            {(['waiting', 'running', 'failed'] as const).map((figure) => (
              <th key={figure} scope="col" className="px-2 text-right last:pr-4.5">
                {t(`admin.system.${figure}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {queues.map(({ name, waiting, running, failed }) => (
            <tr key={name}>
              <th scope="row" className="py-2.5 pr-2 pl-4.5 text-left font-normal [overflow-wrap:anywhere]">
                {isKnown(name) ? t(queueNames[name]) : name}
              </th>
              <td className={cell}>{formatNumber(waiting)}</td>
              <td className={cell}>{formatNumber(running)}</td>
              <td className={cn(cell, failed > 0 && 'font-medium text-danger')}>{formatNumber(failed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
