import type { Team } from '@carrel/api/schema/teams'
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { t } from '#lib/i18n.ts'

export function TeamMenu({
  team,
  onRename,
  onDelete,
  variant,
}: {
  team: Team
  onRename: () => void
  onDelete: () => void
  variant: 'ghost' | 'outline'
}) {
  return (
    <Menu>
      <MenuTrigger
        aria-label={t('team.more', { name: team.name })}
        className={buttonVariants({ variant, size: 'icon', className: 'relative' })}
      >
        <Ellipsis aria-hidden size={17} />
      </MenuTrigger>
      <MenuContent align="end">
        <MenuItem onClick={onRename}>
          <Pencil aria-hidden size={16} className="text-muted" />
          {t('team.rename')}
        </MenuItem>
        <MenuItem onClick={onDelete}>
          <Trash2 aria-hidden size={16} className="text-muted" />
          {t('team.delete')}
        </MenuItem>
      </MenuContent>
    </Menu>
  )
}
