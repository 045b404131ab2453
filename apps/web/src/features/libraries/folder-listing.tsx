import { Check, Folder, FolderLock, FolderPlus } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { overlaps } from './paths.ts'

type Row = { name: string; path: string; readable: boolean }
type FolderListingProps = {
  folders: readonly Row[]
  /** Book files directly here; absent in the list of allowed folders. */
  books?: number
  truncated?: boolean
  chosen: readonly string[]
  onOpen: (path: string) => void
  onChoose: (path: string) => void
  onUp?: () => void
}

/** Rows to walk with the arrows: right opens, left goes up, space takes the folder. */
export function FolderListing({ folders, books, truncated = false, chosen, onOpen, onChoose, onUp }: FolderListingProps) {
  const list = useRef<HTMLUListElement>(null)
  const [active, setActive] = useState(0)

  function focusRow(index: number): void {
    const next = Math.min(folders.length - 1, Math.max(0, index))
    setActive(next)
    list.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = folders[active]
    if (event.key === 'ArrowDown') focusRow(active + 1)
    else if (event.key === 'ArrowUp') focusRow(active - 1)
    else if (event.key === 'Home') focusRow(0)
    else if (event.key === 'End') focusRow(folders.length - 1)
    else if (event.key === 'ArrowRight' && row?.readable) onOpen(row.path)
    else if (event.key === 'ArrowLeft' && onUp) onUp()
    else return
    event.preventDefault()
  }

  return (
    // Seven and a half rows, on a phone six and a half: half a row says that there is more.
    <div className="h-76.5 overflow-y-auto overscroll-contain max-md:h-73">
      {folders.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows move between the buttons inside
        <ul ref={list} onKeyDown={onKeyDown} className="p-1.5">
          {folders.map((folder, index) => {
            const isChosen = chosen.some((other) => overlaps(other, folder.path) && folder.path.startsWith(other))
            const Icon = folder.readable ? Folder : FolderLock
            return (
              <li key={folder.path} className="group flex items-center rounded-field hover:bg-soft has-focus-visible:bg-soft">
                <button
                  type="button"
                  data-row={index}
                  tabIndex={index === active ? 0 : -1}
                  disabled={!folder.readable}
                  onFocus={() => setActive(index)}
                  onClick={() => onOpen(folder.path)}
                  className="flex min-h-10 min-w-0 flex-1 items-center gap-2.5 rounded-field px-2.5 text-left disabled:text-muted max-md:min-h-11"
                >
                  <Icon aria-hidden size={18} strokeWidth={1.7} className="shrink-0 text-muted" />
                  <span dir="auto" className="min-w-0 truncate">
                    {folder.name}
                  </span>
                  {!folder.readable && <span className="ml-auto shrink-0 text-meta text-muted">{t('picker.unreadable')}</span>}
                </button>
                {folder.readable && (
                  <button
                    type="button"
                    tabIndex={index === active ? 0 : -1}
                    disabled={isChosen}
                    aria-label={t(isChosen ? 'picker.isChosenNamed' : 'picker.useNamed', { folder: folder.name })}
                    onClick={() => onChoose(folder.path)}
                    className="mr-1 flex min-h-8 shrink-0 items-center gap-1.5 rounded-[6px] px-2 text-meta font-medium text-muted hover:bg-soft-strong hover:text-ink disabled:bg-transparent disabled:text-accent max-md:min-h-11"
                  >
                    {isChosen ? <Check aria-hidden size={15} /> : <FolderPlus aria-hidden size={15} />}
                    {(!isChosen || chosen.includes(folder.path)) && (
                      <span className="max-sm:sr-only">{t(isChosen ? 'picker.isChosen' : 'picker.use')}</span>
                    )}
                  </button>
                )}
              </li>
            )
          })}
        </ul>
      )}
      {books !== undefined && (
        <p className="px-4 py-2.5 text-meta text-muted">
          {folders.length === 0 && books === 0
            ? t('picker.emptyFolder')
            : t('picker.booksHere', { count: books, books: formatNumber(books) })}
          {truncated && ` ${t('picker.truncated')}`}
        </p>
      )}
    </div>
  )
}
