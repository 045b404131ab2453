import type { BookMetadata, CalibreBook, CalibreColumn as ReadColumn, Contributor, Identifier, ProblemCode } from '@carrel/formats'
import type { KnownBook } from '../books/edits/change.ts'
import { EditedFields, Tag } from '../books/edits/schema.ts'
import { nameKey, personSortName } from '../books/sort-key.ts'
import { fits } from '../metadata/policy.ts'
import { MetadataInput, type MetadataField } from '../metadata/schema.ts'
import type { ReadingStatus } from '../reading/schema.ts'
import { Timestamp } from '../shapes.ts'
import type { CalibreField, CalibreMapping, CalibreProblem, ColumnTarget } from './schema.ts'

const problems: Partial<Record<ProblemCode, CalibreProblem>> = {
  'in-use': 'in-use',
  'not-a-book': 'not-calibre',
  'corrupt-archive': 'damaged',
  'too-large': 'too-large',
  memory: 'too-large',
  timeout: 'too-large',
}
export const problemOf = (code: ProblemCode): CalibreProblem => problems[code] ?? 'unreadable'

const plain = (text: string) => nameKey(text).replaceAll(/[^\p{L}\p{N}]+/gu, '')
const words = (text: string) => new Set(text.split(' ').map(plain))

const finished = words(
  'read finished completed done yes gelesen beendet fertig ja lu terminé oui leído terminado sí letto finito sì lido gelezen läst przeczytane прочитано 読了 既読 読んだ 已读 已讀',
)
const reading = words(
  'reading currently-reading in-progress started lese am-lesen angefangen en-cours leyendo in-lettura lendo bezig läser czytam читаю 読書中 読み中 在读 在讀',
)
const unread = words(
  'unread to-read tbr want-to-read not-read no ungelesen zu-lesen nein à-lire non-lu non por-leer no-leído da-leggere não-lido te-lezen oläst do-przeczytania непрочитано 未読 積読 未读 未讀',
)
const readNames = new Set([...finished, ...words('is-read have-read read? read-it')])
const statusNames = words(
  'status read-status reading-status lesestatus statut statut-de-lecture estado stato progress reading 読書状況 状態',
)
const finishedNames = words(
  'date-read read-date date-finished finished-date finished-on finished last-read read-on gelesen-am lesedatum beendet-am date-lecture date-de-lecture lu-le leído-el fecha-de-lectura letto-il 読了日',
)
const tagNames = words(
  'tags genre genres shelf shelves keywords subjects category categories collections moods schlagwörter genres étagères géneros 分類 ジャンル タグ 棚',
)

function statusNamed(value: string): ReadingStatus | null {
  const key = plain(value)
  if (finished.has(key)) return 'finished'
  if (reading.has(key)) return 'reading'
  return unread.has(key) ? 'unread' : null
}

/** What a column most likely means; nothing becomes a field of the workspace by itself. */
export function proposeTarget({ label, name, datatype, multiple, values }: Omit<ReadColumn, 'books'>): ColumnTarget {
  const named = (known: ReadonlySet<string>) => known.has(plain(label)) || known.has(plain(name))
  if (datatype === 'bool' && named(readNames)) return { to: 'status', values: [{ value: 'true', status: 'finished' }] }
  if (datatype === 'datetime' && named(finishedNames)) return { to: 'finishedAt' }
  if (datatype !== 'enumeration' && datatype !== 'text') return { to: 'ignore' }
  const meant = values.flatMap((value) => {
    const status = statusNamed(value)
    return status ? [{ value, status }] : []
  })
  const telling = named(statusNames) || named(readNames) ? 1 : 2
  if (!multiple && meant.length >= telling && meant.some(({ status }) => status !== 'unread')) return { to: 'status', values: meant }
  return datatype === 'text' && named(tagNames) ? { to: 'tags' } : { to: 'ignore' }
}

/** The columns of a library, with the stars that every library has. */
export function columnsOf(columns: readonly ReadColumn[], rated: number) {
  const own = columns.map(({ label, ...column }) => ({
    ...column,
    key: `#${label}`,
    values: column.values.map((value) => value.slice(0, 200).toWellFormed()),
    proposed: proposeTarget({ label, ...column }),
  }))
  if (rated === 0) return own
  const stars = {
    key: 'rating',
    name: '',
    datatype: 'rating',
    multiple: false,
    values: [],
    books: rated,
    proposed: { to: 'ignore' },
  } as const
  return [{ ...stars, values: [] as string[] }, ...own]
}

type Target<To extends ColumnTarget['to']> = { key: string; target: Extract<ColumnTarget, { to: To }> }
const targeted = <To extends ColumnTarget['to']>(mapping: CalibreMapping, to: To): Target<To>[] =>
  mapping.columns.filter((each): each is Target<To> => each.target.to === to)

function valuesOf({ columns, rating }: CalibreBook, key: string): string[] {
  const label = key.slice(1)
  // Who imports names the column, also one that every object has.
  if (key.startsWith('#')) return Object.hasOwn(columns, label) ? (columns[label] ?? []) : []
  return key === 'rating' && rating !== null ? [String(rating)] : []
}
/** Text of a column that is none of dates may say anything, and some of it means a moment to the database. */
const isMoment = (value: string): boolean => Timestamp.safeParse(value).success

const ranks: readonly ReadingStatus[] = ['unread', 'reading', 'finished']

/** Where calibre's columns say that its reader is in a book; null where they say nothing beyond unread. */
export function readingOf(
  book: CalibreBook,
  mapping: CalibreMapping,
): { status: 'reading' | 'finished'; finishedAt: string | null } | null {
  const said = targeted(mapping, 'status').flatMap(({ key, target }) => {
    const meanings = new Map(target.values.map(({ value, status }) => [value, status]))
    return valuesOf(book, key).flatMap((value) => meanings.get(value.slice(0, 200).toWellFormed()) ?? [])
  })
  const [finishedAt = null] = targeted(mapping, 'finishedAt').flatMap(({ key }) => valuesOf(book, key)).filter(isMoment).toSorted().toReversed() // prettier-ignore
  const [status] = said.toSorted((a, b) => ranks.indexOf(b) - ranks.indexOf(a))
  if (status === 'finished' || (status === undefined && finishedAt !== null)) return { status: 'finished', finishedAt }
  return status === 'reading' ? { status, finishedAt: null } : null
}

/** The day of a moment. One that was picked as a day is midnight somewhere: the nearest one in UTC is that day. */
export function dayOf(moment: string): string {
  const date = new Date(moment)
  const picked = date.getUTCMinutes() % 15 === 0 && date.getUTCSeconds() === 0 && date.getUTCMilliseconds() === 0
  return new Date(date.getTime() + (picked ? 12 * 3_600_000 : 0)).toISOString().slice(0, 10)
}

/** What of a column goes into a field of the workspace; null where nothing of it fits. */
export function fieldValue(book: CalibreBook, key: string, field: MetadataField): MetadataInput | null {
  const values = valuesOf(book, key)
  const [first] = values
  if (first === undefined) return null
  const read = (): unknown => {
    switch (field.kind) {
      case 'number':
        return Number(first)
      case 'flag':
        return first === 'true' ? true : first === 'false' ? false : null
      case 'date':
        return /^\d{4}-\d\d-\d\dT/.test(first) ? dayOf(first) : null
      case 'choice':
        return field.choices.find(({ name }) => nameKey(name) === nameKey(first))?.id
      case 'text':
        return values.join(', ')
    }
  }
  const value = MetadataInput.safeParse(read())
  return value.success && value.data !== '' && fits(field, value.data) ? value.data : null
}

const unknown = 'Unknown'
const sortOf = ({ name, sortName }: Pick<Contributor, 'name' | 'sortName'>) => nameKey(sortName ?? personSortName(name))
const authorsOf = (contributors: readonly Contributor[]) => contributors.filter(({ role }) => role === 'author')
/** Identifiers of which a book has one: by their scheme, or by what stands before the colon. */
const identifierKey = ({ scheme, value }: Identifier) => (scheme === 'other' ? value.slice(0, value.indexOf(':') + 1) : scheme)
const close = (text: string) => text.replaceAll(/\s+/g, '').toLowerCase()
/** True for a title that sorts by itself, or with its article behind it: we do so ourselves. */
const followsFrom = (sortTitle: string, title: string | null): boolean =>
  title !== null && [sortTitle, sortTitle.replace(/^(.*), (\S+)$/, '$2 $1')].some((text) => close(text) === close(title))
const language = (tag: string) => tag.split('-')[0] ?? tag

type Told = Pick<BookMetadata, CalibreField>
type Rule<F extends CalibreField> = {
  /** What is to hold, of what calibre says and what holds now; null where calibre says nothing. */
  wanted(said: Told, now: Told): Told[F] | null
  /** How a value reads: what reads the same is no change. */
  reads(value: Told[F]): unknown
}

/** What calibre leaves empty, it says nothing of. */
const rules: { [F in CalibreField]: Rule<F> } = {
  title: { wanted: ({ title }) => (title === unknown ? null : title), reads: (title) => title },
  sortTitle: {
    wanted: ({ title, sortTitle }, now) => (title === now.title && sortTitle !== null && !followsFrom(sortTitle, title) ? sortTitle : null),
    reads: (sortTitle) => sortTitle,
  },
  contributors: {
    wanted({ contributors }, now) {
      const authors = contributors.filter(({ name }) => name !== unknown)
      return authors.length > 0 ? [...authors, ...now.contributors.filter(({ role }) => role !== 'author')] : null
    },
    reads: (contributors) => authorsOf(contributors).map((author) => [author.name, sortOf(author)]),
  },
  series: {
    wanted({ series: [said] }, { series }) {
      return said ? [said, ...series.filter(({ name }, i) => i > 0 && nameKey(name) !== nameKey(said.name))] : null
    },
    reads: ([first]) => first && [nameKey(first.name), first.position === null ? null : Number(first.position)],
  },
  tags: {
    wanted: ({ tags }) => (tags.length > 0 ? tags : null),
    reads: (tags) => tags.map(nameKey).toSorted(),
  },
  publisher: { wanted: ({ publisher }) => (publisher === unknown ? null : publisher), reads: (publisher) => publisher },
  published: { wanted: ({ published }) => published, reads: (published) => published },
  languages: {
    wanted: ({ languages }) => (languages.length > 0 ? languages : null),
    // calibre has no regions.
    reads: (languages) => languages.map(language).toSorted(),
  },
  identifiers: {
    wanted({ identifiers }, now) {
      if (identifiers.length === 0) return null
      const said = new Set(identifiers.map(identifierKey))
      return [...now.identifiers.filter((each) => !said.has(identifierKey(each))), ...identifiers]
    },
    reads: (identifiers) => identifiers.map(({ scheme, value }) => `${scheme} ${value}`).toSorted(),
  },
  description: { wanted: ({ description }) => description, reads: (description) => description },
}

const cut = (text: string, max: number) => text.slice(0, max).toWellFormed().trim()

/** Within what people may write; lists lose what does not fit. */
function bounded(said: Told): Told {
  return {
    ...said,
    contributors: said.contributors.map((each) => ({
      ...each,
      name: cut(each.name, 300),
      sortName: each.sortName && cut(each.sortName, 300),
    })),
    series: said.series.map(({ name, position }) => ({ name: cut(name, 300), position })),
    identifiers: said.identifiers.filter(({ value }) => value.length <= 300).slice(0, 40),
    publisher: said.publisher && cut(said.publisher, 300),
    tags: said.tags.map((tag) => cut(tag, 100)).filter((tag) => Tag.safeParse(tag).success),
  }
}

/** What calibre says otherwise than what holds, and which of it somebody wrote, so that it stays. */
export function wishOf(
  book: CalibreBook,
  { edits, effective }: Pick<KnownBook, 'edits' | 'effective'>,
  mapping: CalibreMapping,
): { set: EditedFields; kept: CalibreField[] } {
  const fields = new Set(mapping.fields)
  const columnTags = targeted(mapping, 'tags').flatMap(({ key }) => valuesOf(book, key))
  const saidTags = fields.has('tags') && book.metadata.tags.length > 0 ? book.metadata.tags : columnTags.length > 0 ? effective.tags : []
  const said = bounded({ ...book.metadata, tags: [...saidTags, ...columnTags] })
  if (columnTags.length > 0) fields.add('tags')
  const set: EditedFields = {}
  const kept: CalibreField[] = []
  for (const field of Object.keys(rules) as CalibreField[]) {
    const rule: Rule<CalibreField> = rules[field]
    const title = set.title ?? effective.title
    // A sorted title belongs to the title that it was made for.
    const now = { ...effective, title, sortTitle: set.title === undefined ? effective.sortTitle : (edits.sortTitle ?? null) }
    const wanted = fields.has(field) ? rule.wanted(said, now) : null
    const written = wanted === null ? undefined : EditedFields.safeParse({ [field]: wanted }).data?.[field]
    if (written === undefined || JSON.stringify(rule.reads(written)) === JSON.stringify(rule.reads(now[field]))) continue
    if (field in edits && !mapping.overwrite) kept.push(field)
    else Object.assign(set, { [field]: written })
  }
  return { set, kept }
}
