import { Link, type LinkProps } from '@tanstack/react-router'
import { CircleUserRound, House, LibraryBig, Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '#lib/i18n.ts'

/** The frame's lower bar on a phone. */
export function TabBar({ slug }: { slug: string | null }) {
  return (
    <nav
      aria-label={t('nav.main')}
      className="fixed inset-x-0 bottom-0 z-20 grid auto-cols-fr grid-flow-col border-t border-line bg-paper/94 pb-[env(safe-area-inset-bottom)] backdrop-blur-md md:hidden"
    >
      {slug !== null && (
        <>
          <Tab to="/w/$slug" params={{ slug }} activeOptions={{ exact: true }} icon={<House aria-hidden size={21} strokeWidth={1.7} />}>
            {t('nav.home')}
          </Tab>
          <Tab to="/w/$slug/libraries" params={{ slug }} icon={<LibraryBig aria-hidden size={21} strokeWidth={1.7} />}>
            {t('nav.browse')}
          </Tab>
          <Tab
            to="/w/$slug/search"
            params={{ slug }}
            search={{}}
            activeOptions={{ includeSearch: false }}
            icon={<Search aria-hidden size={21} strokeWidth={1.7} />}
          >
            {t('nav.search')}
          </Tab>
        </>
      )}
      <Tab to="/me" icon={<CircleUserRound aria-hidden size={21} strokeWidth={1.7} />}>
        {t('nav.me')}
      </Tab>
    </nav>
  )
}

function Tab({
  icon,
  children,
  ...link
}: Pick<LinkProps, 'to' | 'params' | 'search' | 'activeOptions'> & { icon: ReactNode; children: ReactNode }) {
  return (
    <Link
      {...link}
      className="flex h-15.5 flex-col items-center justify-center gap-0.5 text-[0.6875rem] text-muted outline-offset-[-3px] aria-[current=page]:font-medium aria-[current=page]:text-ink"
    >
      {icon}
      {children}
    </Link>
  )
}
