import type { Account } from '@carrel/api/schema/account'
import { Link } from '@tanstack/react-router'
import { LogOut, Server, UserRound } from 'lucide-react'
import {
  Menu,
  MenuContent,
  MenuGroup,
  MenuItem,
  MenuLabel,
  MenuLinkItem,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuTrigger,
} from '#components/ui/menu.tsx'
import { t } from '#lib/i18n.ts'
import { stopImpersonating } from '#lib/identity.ts'
import { signOut } from '#lib/session.ts'
import { setTheme, type Theme, themes, useTheme } from '#lib/theme.ts'
import { userButton, UserButtonFace } from './user-button.tsx'

/** The person at the foot of the left bar: profile, theme, the operator's pages, the way out. */
export function UserMenu({ account }: { account: Account }) {
  const theme = useTheme()
  const { user } = account
  return (
    <Menu>
      <MenuTrigger className={userButton}>
        <UserButtonFace name={user.name} />
        <span className="sr-only">{t('user.menu')}</span>
      </MenuTrigger>
      <MenuContent side="top" className="w-56">
        <MenuGroup>
          <MenuLabel className="pb-1.5">
            <span dir="auto" className="block truncate text-base font-medium text-ink">
              {user.name}
            </span>
            <span className="block truncate">{user.email}</span>
          </MenuLabel>
          <MenuLinkItem closeOnClick render={<Link to="/me" />}>
            <UserRound aria-hidden size={16} className="text-muted" />
            {t('nav.me')}
          </MenuLinkItem>
          {user.operator && (
            <MenuLinkItem closeOnClick render={<Link to="/admin" />}>
              <Server aria-hidden size={16} className="text-muted" />
              {t('admin.title')}
            </MenuLinkItem>
          )}
        </MenuGroup>
        <MenuSeparator />
        <MenuGroup>
          <MenuLabel>{t('theme.label')}</MenuLabel>
          <MenuRadioGroup value={theme} onValueChange={(next) => setTheme(next as Theme)}>
            {themes.map((option) => (
              <MenuRadioItem key={option} value={option}>
                {t(`theme.${option}`)}
              </MenuRadioItem>
            ))}
          </MenuRadioGroup>
        </MenuGroup>
        <MenuSeparator />
        <MenuItem onClick={() => void (account.impersonation ? stopImpersonating(user.id) : signOut())}>
          <LogOut aria-hidden size={16} className="text-muted" />
          {t(account.impersonation ? 'impersonation.stop' : 'user.signOut')}
        </MenuItem>
      </MenuContent>
    </Menu>
  )
}
