import type { ReactNode } from 'react'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { DeleteWorkspace } from './delete-workspace.tsx'
import { TransferWorkspace } from './transfer-workspace.tsx'

/** What only an owner decides. */
export function DangerZone({ ownId, onDeleted }: { ownId: string; onDeleted: () => Promise<void> }) {
  const { role } = useWorkspace()
  return (
    <section aria-labelledby="danger-title">
      <h2 id="danger-title" className="section-title">
        {t('settings.danger.title')}
      </h2>
      <div className="mt-3 divide-y divide-line rounded-box border border-line bg-card">
        {role === 'owner' && (
          <Row title={t('settings.transfer.title')} text={t('settings.transfer.text')}>
            <TransferWorkspace ownId={ownId} />
          </Row>
        )}
        <Row title={t('settings.delete.title')} text={t('settings.delete.text')}>
          <DeleteWorkspace onDeleted={onDeleted} />
        </Row>
      </div>
    </section>
  )
}

function Row({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-x-6 gap-y-3.5 p-4.5 max-md:flex-col max-md:items-stretch">
      <div className="min-w-0 flex-1">
        <h3 className="font-medium">{title}</h3>
        <p className="mt-0.5 text-pretty text-muted">{text}</p>
      </div>
      {children}
    </div>
  )
}
