import { X } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { Input } from '#components/ui/input.tsx'
import { t } from '#lib/i18n.ts'

/** Short texts, one after the other: Enter or a comma adds one, Backspace in the empty field takes the last away. */
export function ChipsInput({
  label,
  describedBy,
  values,
  placeholder,
  onChange,
}: {
  label: string
  describedBy?: string | undefined
  values: readonly string[]
  placeholder?: string | undefined
  onChange: (values: string[]) => void
}) {
  const [text, setText] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const add = (): void => {
    const fresh = text
      .split(/[,;\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== '' && !values.includes(part))
    if (fresh.length > 0) onChange([...values, ...fresh])
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter chooses a word.
    if (event.nativeEvent.isComposing) return
    if ((event.key === 'Enter' && text.trim() !== '') || event.key === ',') {
      event.preventDefault()
      add()
    } else if (event.key === 'Backspace' && text === '' && values.length > 0) onChange(values.slice(0, -1))
  }
  return (
    <div>
      {values.length > 0 && (
        <ul aria-label={label} className="mb-2 flex flex-wrap gap-1.5">
          {values.map((value) => (
            <li key={value} className="inline-flex max-w-full items-center rounded-full bg-soft text-meta">
              <span dir="auto" className="truncate py-1 pl-2.5">
                {value}
              </span>
              <button
                type="button"
                aria-label={t('edit.remove', { name: value })}
                onClick={() => {
                  onChange(values.filter((each) => each !== value))
                  input.current?.focus()
                }}
                className="grid size-7 shrink-0 place-items-center rounded-full text-muted hover:text-ink max-md:size-10"
              >
                <X aria-hidden size={13} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Input
        ref={input}
        aria-label={t('edit.add', { field: label })}
        aria-describedby={describedBy}
        value={text}
        placeholder={placeholder}
        onValueChange={setText}
        onKeyDown={onKeyDown}
        onBlur={add}
        autoComplete="off"
        dir="auto"
        className="text-as-parent"
      />
    </div>
  )
}
