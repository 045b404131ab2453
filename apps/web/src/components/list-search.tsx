import { limits } from '@carrel/api/limits'
import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useDebounced } from '#lib/use-debounced.ts'

/** Narrows the list below it once the typing rests. */
export function ListSearch({ label, value, onChange }: { label: string; value: string; onChange: (query: string) => void }) {
  const [text, setText] = useState(value)
  const rested = useDebounced(text.trim())
  const [sent, setSent] = useState(value)
  // The address changed by itself: back, a link.
  if (value !== sent) {
    setSent(value)
    if (value !== text.trim()) setText(value)
  }
  useEffect(() => {
    if (rested === text.trim() && rested !== value) onChange(rested)
  }, [rested, text, value, onChange])
  return (
    <search className="relative w-full max-w-80 max-md:max-w-none">
      <Search aria-hidden size={16} className="pointer-events-none absolute top-1/2 left-3.5 -translate-y-1/2 text-muted" />
      <input
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label={label}
        placeholder={label}
        maxLength={limits.queryLength}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        enterKeyHint="search"
        className="h-9.5 w-full rounded-field border border-line bg-card pr-3 pl-10 text-base transition-colors duration-150 hover:border-line-strong focus-visible:outline-offset-0 max-md:h-11 max-md:text-[1rem]"
      />
    </search>
  )
}
