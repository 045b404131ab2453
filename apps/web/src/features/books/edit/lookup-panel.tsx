import { limits } from '@carrel/api/limits'
import type { BookDetail } from '@carrel/api/schema/books'
import type { Told } from '@carrel/api/schema/books/edits'
import type { LookupCandidate, LookupResult, LookupSource } from '@carrel/api/schema/lookup'
import { usualQuery, wordsOf } from '@carrel/api/usual-query'
import { useMutation } from '@tanstack/react-query'
import { CircleAlert, Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { DialogBody, DialogFooter } from '#components/ui/dialog.tsx'
import { Input } from '#components/ui/input.tsx'
import { formatAll, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { authorLine } from '../author-line.ts'
import { FoundCover } from './found-cover.tsx'
import { FoundDetails } from './found-details.tsx'
import { type FoundField, problemText, sourceName } from './found.ts'

type LookupPanelProps = {
  book: BookDetail
  sources: readonly LookupSource[]
  /** What stands in the form. */
  current: Pick<Told, FoundField>
  onTake: (values: Partial<Told>) => void
  onBack: () => void
}

/** Asks other catalogues for a book and shows what they say; nothing of it is kept unless somebody takes it over. */
export function LookupPanel({ book, sources, current, onTake, onBack }: LookupPanelProps) {
  const { api } = useWorkspace()
  const [query, setQuery] = useState(() => usualQuery(current))
  const [opened, setOpened] = useState<number | null>(null)
  /** The one that was looked at last has the focus again. */
  const [last, setLast] = useState<number | null>(null)
  const search = useMutation(api.lookup.search.mutationOptions())
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    // A touch does not raise the keyboard.
    const start = matchMedia('(pointer: fine)').matches ? form.current?.querySelector('input') : form.current
    start?.focus()
  }, [])
  const asked = search.variables?.query ?? ''
  const start = (words: string): void => {
    setQuery(words)
    setLast(null)
    if (!search.isPending && words.trim() !== '') search.mutate({ bookId: book.id, query: words })
  }
  const results = search.data?.candidates.length ?? 0
  const candidate = opened === null ? undefined : search.data?.candidates[opened]
  if (candidate)
    return (
      <FoundDetails
        book={book}
        candidate={candidate}
        current={current}
        onTake={onTake}
        onBack={() => {
          setLast(opened)
          setOpened(null)
        }}
      />
    )
  return (
    <>
      <DialogBody className="pb-5">
        <form
          ref={form}
          role="search"
          tabIndex={-1}
          className="flex gap-2 outline-none"
          onSubmit={(event) => {
            event.preventDefault()
            start(query)
          }}
        >
          <Input
            type="search"
            aria-label={t('lookup.field')}
            aria-describedby="lookup-sends"
            value={query}
            onValueChange={setQuery}
            maxLength={limits.queryLength}
            autoComplete="off"
            enterKeyHint="search"
            dir="auto"
            className="flex-1 text-as-parent"
          />
          <Button type="submit" className="h-11" disabled={search.isPending || query.trim() === ''}>
            <Search aria-hidden size={16} />
            {t('lookup.search')}
          </Button>
        </form>
        <p id="lookup-sends" className="mt-2 text-meta text-muted">
          {t('lookup.sends', { sources: formatAll(sources.map(sourceName)) })}
        </p>
        <p role="status" className="sr-only">
          {search.isPending && t('action.working')}
          {search.isSuccess &&
            (results > 0 || search.data.problems.length === 0) &&
            t('lookup.count', { count: results, results: formatNumber(results) })}
        </p>
        <div className="mt-4">
          {search.isPending && <ListSkeleton rows={4} />}
          {search.isError && <FormError error={search.error} />}
          {search.isSuccess && (
            <Results
              result={search.data}
              last={last}
              otherWords={asked === wordsOf(current) ? null : wordsOf(current)}
              onOpen={setOpened}
              onSearch={start}
              onRetry={() => start(asked)}
            />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="outline" onClick={onBack}>
          {t('lookup.back')}
        </Button>
      </DialogFooter>
    </>
  )
}

type ResultsProps = {
  result: LookupResult
  last: number | null
  /** Words to try instead. */
  otherWords: string | null
  onOpen: (index: number) => void
  onSearch: (words: string) => void
  onRetry: () => void
}

function Results({ result: { candidates, problems }, last, otherWords, onOpen, onSearch, onRetry }: ResultsProps) {
  return (
    <>
      {problems.length > 0 && (
        <div role="alert" className="mb-4 flex items-start gap-2.5 rounded-box bg-warn-soft p-3 text-small">
          <CircleAlert aria-hidden size={17} className="mt-px shrink-0 text-warn" />
          <div className="min-w-0 flex-1">
            {problems.map(({ source, problem }) => (
              <p key={source}>{problemText(source, problem)}</p>
            ))}
          </div>
          <button
            type="button"
            onClick={onRetry}
            className="rounded-[4px] font-medium underline decoration-line-strong underline-offset-3 hover:text-accent max-md:min-h-10"
          >
            {t('action.retry')}
          </button>
        </div>
      )}
      {candidates.length > 0 ? (
        <ul aria-label={t('lookup.results')} className="divide-y divide-line rounded-box border border-line">
          {candidates.map((candidate, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the list of one search stays as it is
            <li key={index}>
              <Candidate candidate={candidate} focused={index === last} onOpen={() => onOpen(index)} />
            </li>
          ))}
        </ul>
      ) : (
        problems.length === 0 && (
          <Notice
            title={t('lookup.empty.title')}
            className="py-8"
            action={
              otherWords === null ? undefined : (
                <Button variant="outline" onClick={() => onSearch(otherWords)}>
                  {t('lookup.empty.words')}
                </Button>
              )
            }
          >
            {t('lookup.empty.text')}
          </Notice>
        )
      )}
    </>
  )
}

const focus = (element: HTMLElement | null): void => element?.focus()

function Candidate({ candidate, focused, onOpen }: { candidate: LookupCandidate; focused: boolean; onOpen: () => void }) {
  const { title, subtitle, contributors = [], publisher, published, languages } = candidate.found
  const facts = [publisher, published?.slice(0, 4), sourceName(candidate.source)].filter((fact) => fact)
  return (
    <button
      ref={focused ? focus : undefined}
      type="button"
      onClick={onOpen}
      className="flex w-full items-start gap-3.5 px-3.5 py-3 text-start transition-colors duration-150 hover:bg-soft"
    >
      <FoundCover candidate={candidate} alt="" className="w-11" />
      <span className="min-w-0 flex-1">
        <span lang={languages?.[0]} dir="auto" className="line-clamp-2 font-serif font-[560] [overflow-wrap:anywhere]">
          {title}
          {subtitle ? `: ${subtitle}` : ''}
        </span>
        {contributors.length > 0 && (
          <span dir="auto" className="mt-0.5 block truncate text-small text-as-parent">
            {authorLine(contributors.map(({ name }) => name))}
          </span>
        )}
        <span className="mt-0.5 block text-meta text-muted [overflow-wrap:anywhere]">{facts.join(' · ')}</span>
      </span>
    </button>
  )
}
