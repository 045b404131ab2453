import { EmptyShelf, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

/** No folder is open to this workspace: how to change that, by who is asking. */
export function NoRoots({ operator, onRetry }: { operator: boolean; onRetry: () => void }) {
  return (
    <div className="rounded-box border border-line bg-card">
      <Notice
        className="max-w-lg py-10"
        title={t('noRoots.title')}
        art={<EmptyShelf />}
        action={
          <Button variant="outline" onClick={onRetry}>
            {t('noRoots.again')}
          </Button>
        }
      >
        {operator ? (
          <>
            <p>{t('noRoots.operator')}</p>
            <code className="mt-3.5 block rounded-field bg-soft px-3.5 py-2.5 text-left font-mono text-small text-ink">
              npm start -- ~/Books
            </code>
            <p className="mt-2.5 text-meta">{t('noRoots.setting', { setting: 'LIBRARY_ROOTS' })}</p>
          </>
        ) : (
          t('noRoots.member')
        )}
      </Notice>
    </div>
  )
}
