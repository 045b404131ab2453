import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { copyFrom } from '#lib/clipboard.ts'
import { t } from '#lib/i18n.ts'

/** A text to be passed on, with a button that copies it; where the browser forbids that, it is selected. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const input = useRef<HTMLInputElement>(null)
  const [outcome, setOutcome] = useState<'copied' | 'selected' | null>(null)
  return (
    <div>
      <div className="flex gap-2">
        <input
          ref={input}
          readOnly
          dir="ltr"
          aria-label={label}
          value={value}
          onFocus={(event) => event.currentTarget.select()}
          className="h-9 min-w-0 flex-1 truncate rounded-field border border-line bg-soft px-2.5 font-sans text-small text-ink focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent max-md:h-11 pointer-coarse:h-11"
        />
        <Button
          variant="outline"
          aria-label={`${t('join.copy')}: ${label}`}
          onClick={() => {
            if (input.current) void copyFrom(input.current).then((copied) => setOutcome(copied ? 'copied' : 'selected'))
          }}
        >
          {outcome === 'copied' ? <Check aria-hidden size={15} className="text-accent" /> : <Copy aria-hidden size={15} />}
          {t(outcome === 'copied' ? 'join.copied' : 'join.copy')}
        </Button>
      </div>
      <p role="status" className={outcome === 'selected' ? 'mt-1.5 text-meta text-muted' : 'sr-only'}>
        {outcome === 'copied' ? t('join.copied') : outcome === 'selected' ? t('join.selected') : ''}
      </p>
    </div>
  )
}
