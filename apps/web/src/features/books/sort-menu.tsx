import type { BookSort } from '@carrel/api/schema/books'
import type { MenuHandover } from '#components/lazy-menu.tsx'
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from '#components/ui/menu.tsx'
import { t } from '#lib/i18n.ts'
import { bookSorts } from './book-sort.ts'

type SortMenuProps = MenuHandover & { value: BookSort; onChange: (sort: BookSort) => void }

export function SortMenu({ trigger, defaultOpen, value, onChange }: SortMenuProps) {
  return (
    <Menu defaultOpen={defaultOpen}>
      <MenuTrigger render={trigger} />
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
