import { Link } from '@tanstack/react-router'
import { Check, CircleAlert, FolderUp, Pause, Play, RotateCcw, Upload as UploadIcon, X } from 'lucide-react'
import { type ChangeEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Progress } from '#components/ui/progress.tsx'
import { describeError } from '#lib/error-text.ts'
import { formatBytes } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { chosenFiles, droppedFiles } from './dropped.ts'
import { IntakeNotice } from './intake-notice.tsx'
import type { QueuedFile, UploadQueue } from './queue.ts'
import { isEnded, useUploads } from './use-uploads.ts'

type Problem = { code: string; detail: string }

/** React knows it, its types do not. */
const asFolder = { webkitdirectory: '' }
/** Browsers of phones choose no folders. */
const choosesFolders = typeof HTMLInputElement !== 'undefined' && 'webkitdirectory' in HTMLInputElement.prototype

export function UploadButton({ libraryId }: { libraryId: string }) {
  const { intake } = useUploads(libraryId)
  const input = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const files = chosenFiles(target.files ?? [])
    void intake.take(() => Promise.resolve(files))
    target.value = ''
  }
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        <UploadIcon aria-hidden size={16} />
        {t('upload.button')}
      </Button>
      <input ref={input} type="file" multiple hidden aria-label={t('upload.button')} onChange={choose} />
      {choosesFolders && (
        <>
          <Button
            variant="outline"
            size="icon"
            aria-label={t('upload.folder')}
            title={t('upload.folder')}
            onClick={() => folder.current?.click()}
          >
            <FolderUp aria-hidden size={17} />
          </Button>
          <input ref={folder} type="file" {...asFolder} hidden aria-label={t('upload.folder')} onChange={choose} />
        </>
      )}
    </>
  )
}

/** What is on its way into a library; the whole page takes files that are dropped. */
export function UploadPanel({
  library,
  problemText,
}: {
  library: { id: string; name: string }
  problemText: (problem: Problem) => string
}) {
  const { queue, intake, intaking, rows, unfinished, store } = useUploads(library.id)
  const over = useDrop((transfer) => void intake.take(droppedFiles(transfer)))
  return (
    <>
      {over && (
        <div className="pointer-events-none fixed inset-3 z-50 grid place-items-center rounded-box border-2 border-dashed border-accent bg-paper/92">
          <p className="flex items-center gap-3 px-6 text-center font-serif text-[1.3125rem] font-[560]">
            <UploadIcon aria-hidden size={26} className="shrink-0 text-accent" />
            {t('upload.drop', { name: library.name })}
          </p>
        </div>
      )}
      <IntakeNotice state={intaking} onRetry={() => void intake.retry()} onDismiss={() => intake.dismiss()} />
      {unfinished.length > 0 && (
        <p role="status" className="mb-5 rounded-box bg-warn-soft px-4 py-3 text-small [overflow-wrap:anywhere]">
          {t('upload.unfinished', {
            count: unfinished.length,
            names: unfinished
              .slice(0, 5)
              .map(({ name }) => name)
              .join(', '),
          })}
        </p>
      )}
      {rows.length > 0 && <Queue queue={queue} rows={rows} store={store} problemText={problemText} />}
    </>
  )
}

/** Nothing more happens to it by itself. */
const isOver = (row: QueuedFile): boolean => row.state === 'failed' || isEnded(row)
const isTrouble = ({ state, upload }: QueuedFile): boolean => state === 'failed' || upload?.state === 'refused'

/** Rows that are drawn; what needs a look, and what is under way, comes first. */
const shownRows = 200
const rank = (row: QueuedFile): number => (isTrouble(row) ? 0 : row.state === 'sending' ? 1 : isEnded(row) ? 3 : 2)

type QueueProps = {
  queue: UploadQueue
  rows: readonly QueuedFile[]
  store: { held: number; most: number | null } | null
  problemText: (problem: Problem) => string
}

function Queue({ queue, rows, store, problemText }: QueueProps) {
  const size = rows.reduce((sum, row) => sum + row.size, 0)
  const sent = rows.reduce((sum, row) => sum + (row.state === 'sent' ? row.size : row.sent), 0)
  const done = rows.filter(({ upload }) => upload?.state === 'done').length
  const troubled = rows.filter(isTrouble).length
  const running = rows.filter(({ state }) => state === 'sending' || state === 'waiting')
  const paused = rows.filter(({ state }) => state === 'paused')
  /** With many, those that are done make room for the others. */
  const drawn =
    rows.length > shownRows
      ? rows.toSorted((a, b) => rank(a) - rank(b)).slice(0, shownRows)
      : rows.toSorted((a, b) => Number(isTrouble(b)) - Number(isTrouble(a)))
  const coming = new Set(rows.filter((row) => !isOver(row)).map(({ together }) => together))
  const facts = [
    t('upload.count', { done, count: rows.length }),
    t('upload.sending', { sent: formatBytes(sent), size: formatBytes(size) }),
    ...(troubled > 0 ? [t('upload.failed', { count: troubled })] : []),
    ...(store?.most == null ? [] : [t('upload.room', { held: formatBytes(store.held), most: formatBytes(store.most) })]),
  ]
  return (
    <section aria-label={t('upload.list')} className="mb-6 rounded-box border border-line bg-card">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2.5 px-4.5 pt-3.5 pb-3">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold">{t(rows.every(isOver) ? 'upload.titleDone' : 'upload.title')}</h2>
          <p role="status" className="tabular text-meta text-muted">
            {facts.join(' · ')}
          </p>
        </div>
        {running.length > 0 && (
          <Button variant="outline" onClick={() => running.forEach(({ key }) => queue.pause(key))}>
            <Pause aria-hidden size={16} />
            {t('upload.pauseAll')}
          </Button>
        )}
        {running.length === 0 && paused.length > 0 && (
          <Button variant="outline" onClick={() => paused.forEach(({ key }) => queue.resume(key))}>
            <Play aria-hidden size={16} />
            {t('upload.resumeAll')}
          </Button>
        )}
        {rows.some(isEnded) && (
          <Button variant="ghost" onClick={() => queue.clear(rows.filter(isEnded).map(({ key }) => key))}>
            {t('upload.clear')}
          </Button>
        )}
      </div>
      <div className="px-4.5 pb-3.5">
        <Progress value={size === 0 ? 1 : sent / size} label={t('upload.progressAll')} />
      </div>
      <ul className="max-h-80 divide-y divide-line overflow-y-auto border-t border-line">
        {drawn.map((row) => (
          <Row key={row.key} row={row} waits={coming.has(row.together)} queue={queue} problemText={problemText} />
        ))}
        {rows.length > drawn.length && (
          <li className="px-4.5 py-2 text-meta text-muted">{t('upload.more', { count: rows.length - drawn.length })}</li>
        )}
      </ul>
    </section>
  )
}

function statusOf(row: QueuedFile, waits: boolean, problemText: QueueProps['problemText']): string {
  const { state, sent, size, error, upload } = row
  if (upload?.state === 'done') return t(upload.bookId !== null ? 'upload.done' : waits ? 'upload.waitsForBook' : 'upload.noBook')
  if (upload?.state === 'refused') return problemText(upload.problem ?? { code: 'unknown', detail: '' })
  if (state === 'failed') return Object.values(describeError(error)).slice(0, 2).join(' ')
  if (state === 'sending') return t('upload.sending', { sent: formatBytes(sent), size: formatBytes(size) })
  return t(({ waiting: 'upload.waiting', paused: 'upload.paused', sent: 'upload.reading' } as const)[state])
}

type RowProps = {
  row: QueuedFile
  /** Others that belong to it are still to come. */
  waits: boolean
} & Pick<QueueProps, 'queue' | 'problemText'>

function Row({ row, waits, queue, problemText }: RowProps) {
  const { slug } = useWorkspace()
  const { key, name, size, sent, state, upload } = row
  const trouble = isTrouble(row)
  const bookId = upload?.bookId ?? null
  return (
    <li className="flex items-center gap-2 py-2 pr-2.5 pl-4.5">
      <div className="min-w-0 flex-1">
        <p dir="auto" title={name} className="truncate font-medium">
          {name}
        </p>
        <p className={`tabular flex items-start gap-1.5 text-meta ${trouble ? 'text-warn' : 'text-muted'}`}>
          {trouble && <CircleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />}
          {upload?.state === 'done' && <Check aria-hidden size={14} className="mt-0.5 shrink-0 text-accent" />}
          <span>{statusOf(row, waits, problemText)}</span>
        </p>
        {(state === 'sending' || state === 'paused') && (
          <Progress value={size === 0 ? 1 : sent / size} label={t('upload.progress', { name })} className="mt-1.5 h-1" />
        )}
      </div>
      {bookId !== null && (
        <Link to="/w/$slug/books/$bookId" params={{ slug, bookId }} className={buttonVariants({ variant: 'ghost' })}>
          {t('upload.open')}
        </Link>
      )}
      {(state === 'sending' || state === 'waiting') && (
        <Deed label={t('upload.pause', { name })} onClick={() => queue.pause(key)}>
          <Pause aria-hidden size={16} />
        </Deed>
      )}
      {state === 'paused' && (
        <Deed label={t('upload.resume', { name })} onClick={() => queue.resume(key)}>
          <Play aria-hidden size={16} />
        </Deed>
      )}
      {state === 'failed' && (
        <Deed label={t('upload.retry', { name })} onClick={() => queue.resume(key)}>
          <RotateCcw aria-hidden size={16} />
        </Deed>
      )}
      {(state !== 'sent' || isEnded(row)) && (
        <Deed label={t('upload.cancel', { name })} onClick={() => queue.remove(key)}>
          <X aria-hidden size={16} />
        </Deed>
      )}
    </li>
  )
}

function Deed({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Button variant="ghost" size="icon" aria-label={label} title={label} onClick={onClick}>
      {children}
    </Button>
  )
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** True while files are held over the page. */
function useDrop(onDrop: (transfer: DataTransfer) => void): boolean {
  const [over, setOver] = useState(false)
  const latest = useRef(onDrop)
  useEffect(() => {
    latest.current = onDrop
  })
  useEffect(() => {
    // Each element that is entered or left says so.
    let depth = 0
    const listening = new AbortController()
    const { signal } = listening
    const on = (type: 'dragenter' | 'dragleave' | 'dragover' | 'drop', act: (event: DragEvent) => void) =>
      window.addEventListener(type, (event) => hasFiles(event) && act(event), { signal })
    on('dragenter', () => {
      depth += 1
      setOver(true)
    })
    on('dragleave', () => {
      depth -= 1
      if (depth <= 0) setOver(false)
    })
    on('dragover', (event) => event.preventDefault())
    on('drop', (event) => {
      event.preventDefault()
      depth = 0
      setOver(false)
      if (event.dataTransfer) latest.current(event.dataTransfer)
    })
    return () => listening.abort()
  }, [])
  return over
}
