import type { BookSort } from '@carrel/api/schema/books'
import { ArrowDownWideNarrow } from 'lucide-react'
import { LazyMenu } from '#components/lazy-menu.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const SortMenu = lazyComponent(() => import('./sort-menu.tsx'), 'SortMenu')

export function SortButton({ value, onChange }: { value: BookSort; onChange: (sort: BookSort) => void }) {
  return (
    <LazyMenu
      renderButton={(props) => (
        <button type="button" className={buttonVariants({ variant: 'outline' })} {...props}>
          <ArrowDownWideNarrow aria-hidden size={16} />
          <span className="sr-only">{t('sort.label')}</span>
          {t(`sort.${value}`)}
        </button>
      )}
      renderMenu={(handover) => <SortMenu value={value} onChange={onChange} {...handover} />}
    />
  )
}
