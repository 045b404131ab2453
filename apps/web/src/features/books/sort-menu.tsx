import type { BookSort } from '@carrel/api/schema/books'
import { ArrowDownWideNarrow, ChevronDown } from 'lucide-react'
import { buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from '#components/ui/menu.tsx'
import { t } from '#lib/i18n.ts'
import { bookSorts } from './book-sort.ts'

export function SortMenu({ value, onChange }: { value: BookSort; onChange: (sort: BookSort) => void }) {
  return (
    <Menu>
      <MenuTrigger className={buttonVariants({ variant: 'outline' })}>
        <ArrowDownWideNarrow aria-hidden size={16} />
        <span className="sr-only">{t('sort.label')}</span>
        {t(`sort.${value}`)}
        <ChevronDown aria-hidden size={15} className="-mr-1 text-muted" />
      </MenuTrigger>
      <MenuContent align="end">
        <MenuRadioGroup value={value} onValueChange={(next) => onChange(next as BookSort)}>
          {bookSorts.map((sort) => (
            <MenuRadioItem key={sort} value={sort} closeOnClick>
              {t(`sort.${sort}`)}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  )
}
