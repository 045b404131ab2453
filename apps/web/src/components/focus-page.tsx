import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { cn } from '#lib/class-names.ts'

/** A page without the frame: one question in the middle. */
export function FocusPage({ top, width = 'narrow', children }: { top?: ReactNode; width?: 'narrow' | 'wide'; children: ReactNode }) {
  return (
    <main
      id="main"
      className={cn('mx-auto min-h-dvh w-full px-5 pt-[clamp(28px,9vh,104px)] pb-16', width === 'wide' ? 'max-w-[940px]' : 'max-w-[440px]')}
    >
      {top ?? <Wordmark />}
      {children}
    </main>
  )
}

export function Wordmark() {
  return (
    <Link to="/" className="inline-flex items-center gap-2.5 rounded-field font-serif text-[1.1875rem] font-[560]">
      <svg aria-hidden width="26" height="26" viewBox="0 0 32 32">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path d="M9 8.5v15M14 8.5v15M18.6 9.2l4.6 14" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round" />
      </svg>
      Carrel
    </Link>
  )
}
