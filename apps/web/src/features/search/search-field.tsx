import { limits } from '@carrel/api/limits'
import { useNavigate } from '@tanstack/react-router'
import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { focusesSearch } from './shortcut.ts'

/** The one search field of the frame; typing in it leads to the results, wherever one is. */
export function SearchField({ slug, query, className }: { slug: string; query: string | null; className?: string }) {
  const navigate = useNavigate()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(query ?? '')
  const sent = useRef(query ?? '')
  const onResults = query !== null

  // The address changed by itself: back, a link, another page.
  useEffect(() => {
    if ((query ?? '') === sent.current) return
    sent.current = query ?? ''
    setText(query ?? '')
  }, [query])

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!focusesSearch(event)) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  // Who comes to search for nothing yet, comes to type.
  const begins = query === ''
  useEffect(() => {
    if (begins) input.current?.focus()
  }, [begins])

  useEffect(() => {
    const q = text.trim()
    if (q === sent.current.trim()) return
    const timer = setTimeout(
      () => {
        sent.current = q
        void navigate({ to: '/w/$slug/search', params: { slug }, search: q === '' ? {} : { q }, replace: onResults, resetScroll: true })
      },
      onResults ? 140 : 60,
    )
    return () => clearTimeout(timer)
  }, [text, navigate, slug, onResults])

  return (
    <search className={cn('relative block', className)}>
      <form
        role="presentation"
        onSubmit={(event) => {
          event.preventDefault()
          if (matchMedia('(pointer: coarse)').matches) input.current?.blur()
        }}
      >
        <Search aria-hidden size={17} className="pointer-events-none absolute top-1/2 left-3.5 -translate-y-1/2 text-muted" />
        <input
          ref={input}
          type="search"
          name="q"
          data-search-field
          value={text}
          maxLength={limits.queryLength}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') {
              event.preventDefault()
              setText('')
            } else if (event.key === 'ArrowDown') {
              const first = document.querySelector<HTMLElement>('main [data-index="0"]')
              if (first) event.preventDefault()
              first?.focus()
            }
          }}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          aria-label={t('search.label')}
          aria-keyshortcuts="/"
          placeholder={t('search.placeholder')}
          className="h-10.5 w-full rounded-box border border-line bg-card pr-11 pl-10.5 text-base transition-colors duration-150 hover:border-line-strong focus-visible:outline-offset-0 max-md:h-11 max-md:text-[1rem]"
        />
        {text === '' ? (
          <kbd
            aria-hidden
            className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 rounded-[5px] border border-line px-1.5 font-sans text-meta text-muted max-md:hidden pointer-coarse:hidden"
          >
            /
          </kbd>
        ) : (
          <button
            type="button"
            aria-label={t('search.clear')}
            onClick={() => {
              setText('')
              input.current?.focus()
            }}
            className="absolute top-1/2 right-0.5 grid size-10 -translate-y-1/2 place-items-center rounded-field text-muted hover:text-ink"
          >
            <X aria-hidden size={16} />
          </button>
        )}
      </form>
    </search>
  )
}
