import type { BookCard, BookDetail } from '@carrel/api/schema/books'
import { Link } from '@tanstack/react-router'
import { Fragment, useState } from 'react'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { roleName } from './roles.ts'

/** So many are named until the others are asked for. */
const few = 2

/** Who made the book; a name leads to what else there is by it. */
export function Contributors({ card, detail }: { card: BookCard; detail: BookDetail | undefined }) {
  const [all, setAll] = useState(false)
  const people = detail?.contributors ?? card.authors.map((name) => ({ id: name, name, role: 'author' }))
  if (people.length === 0) return null
  // Whoever has another part in the book does not stand beside its authors without a word.
  const first = people.slice(0, few).filter(({ role }) => role === people[0]?.role)
  const shown = all || people.length <= few + 1 ? people : first
  const rest = people.length - shown.length
  // The usual case, authors only, needs no word for it; nor do the first of many.
  const named = rest === 0 && people.some(({ role }) => role !== 'author')
  return (
    <p className="mt-2 text-pretty">
      {shown.map((person, index) => (
        <Fragment key={`${person.id} ${person.role}`}>
          {index > 0 && <span className="text-muted">{'\u00a0· '}</span>}
          <PersonLink name={person.name} lang={card.language} takesFocus={all && index === first.length} />
          {named && person.role !== shown[index + 1]?.role && <span className="ms-1.5 text-small text-muted">{roleName(person.role)}</span>}
        </Fragment>
      ))}
      {rest > 0 && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="ms-1 rounded-[5px] px-1 text-muted underline decoration-line-strong underline-offset-3 hover:text-ink max-md:min-h-10"
        >
          {t('book.morePeople', { count: rest, more: formatNumber(rest) })}
        </button>
      )}
    </p>
  )
}

function focus(link: HTMLElement | null): void {
  link?.focus({ preventScroll: true })
}

function PersonLink({ name, lang, takesFocus }: { name: string; lang: string | null; takesFocus: boolean }) {
  const { slug } = useWorkspace()
  return (
    <Link
      ref={takesFocus ? focus : undefined}
      to="/w/$slug/search"
      params={{ slug }}
      search={{ q: name }}
      className="rounded-[4px] font-medium decoration-line-strong underline-offset-3 hover:text-accent hover:underline"
    >
      <bdi lang={lang ?? undefined}>{name}</bdi>
    </Link>
  )
}

export function SeriesLine({ card, detail }: { card: BookCard; detail: BookDetail | undefined }) {
  const series = detail?.allSeries ?? (card.series ? [{ id: card.series.name, ...card.series }] : [])
  if (series.length === 0) return null
  return (
    <p lang={card.language ?? undefined} className="mt-2 text-section">
      {series.map(({ id, name, position }, index) => (
        <Fragment key={id}>
          {index > 0 && <span className="text-muted">; </span>}
          <bdi>{name}</bdi>
          {position !== null && <span> · {t('book.position', { position })}</span>}
        </Fragment>
      ))}
    </p>
  )
}
