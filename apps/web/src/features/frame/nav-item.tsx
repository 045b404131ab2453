import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { cn } from '#lib/class-names.ts'

type NavItemProps = Pick<LinkProps, 'to' | 'params' | 'search' | 'activeOptions'> & {
  icon: ReactNode
  children: ReactNode
  end?: ReactNode
  className?: string
}

export function NavItem({ icon, children, end, className, ...link }: NavItemProps) {
  return (
    <Link
      {...link}
      className={cn(
        'flex min-h-9 items-center gap-2.5 rounded-field px-2.5 py-1 text-base text-muted transition-colors duration-150 hover:bg-soft hover:text-ink pointer-coarse:min-h-11',
        'aria-[current=page]:bg-soft aria-[current=page]:font-medium aria-[current=page]:text-ink [&_svg]:shrink-0',
        className,
      )}
    >
      {icon}
      <span dir="auto" className="min-w-0 flex-1 truncate">
        {children}
      </span>
      {end}
    </Link>
  )
}
