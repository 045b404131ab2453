import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import { plainText } from '../text/plain.ts'
import type { CalibreColumn } from '../types.ts'
import { momentOf } from './dates.ts'
import { textColumn, type Row, type Tables } from './tables.ts'

/** A column that a person added, and where its values are. */
export type CustomColumn = Pick<CalibreColumn, 'label' | 'name' | 'datatype' | 'multiple'> & {
  table: string
  /** The table that joins books to values, where books share them. */
  link: string | null
  /** What may be chosen. */
  choices: string[]
}

const datatypes = new Map<string, CalibreColumn['datatype']>(
  (['text', 'enumeration', 'bool', 'int', 'float', 'rating', 'datetime', 'series', 'comments'] as const).map((each) => [each, each]),
)

function choicesOf(display: string): string[] {
  try {
    const { enum_values: values } = JSON.parse(display) as { enum_values?: unknown }
    const lines = Array.isArray(values) ? values.map((value) => cleanLine(String(value), limits.tag)) : []
    return lines.filter((line) => line !== null).slice(0, limits.calibreValues)
  } catch {
    return []
  }
}

/** The columns whose values can be read. A composite one has none: calibre computes them. */
export function listCustomColumns(tables: Tables): CustomColumn[] {
  if (!tables.has('custom_columns', 'id', 'label', 'name', 'datatype', 'is_multiple', 'normalized', 'display', 'mark_for_delete')) return []
  const rows = tables.select(`select cast(id as integer) as id, ${textColumn('label')} as label, ${textColumn('name')} as name,
    ${textColumn('datatype', 40)} as datatype, cast(is_multiple as integer) as multiple, cast(normalized as integer) as normalized,
    ${textColumn('display', 20_000)} as display
    from custom_columns where not mark_for_delete and id between 1 and 1000000000 order by id limit ${limits.calibreColumns}`)
  const found = new Map<string, CustomColumn>()
  for (const { id, label: written, name, datatype: kind, multiple, normalized, display } of rows) {
    const label = cleanLine(String(written), limits.tag)
    const datatype = datatypes.get(String(kind))
    const table = `custom_column_${id}`
    const link = normalized ? `books_custom_column_${id}_link` : null
    const readable = link ? tables.has(table, 'id', 'value') && tables.has(link, 'id', 'book', 'value') : tables.has(table, 'book', 'value')
    if (label === null || !datatype || !readable || found.has(label)) continue
    const choices = datatype === 'enumeration' ? choicesOf(String(display)) : []
    found.set(label, {
      label,
      name: cleanLine(String(name ?? ''), limits.tag) ?? label,
      datatype,
      multiple: Boolean(multiple),
      table,
      link,
      choices,
    })
  }
  return [...found.values()]
}

const decimal = (text: string): string | null => {
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? String(Number(number.toFixed(4))) : null
}

/** One value, in the form that `CalibreBook.columns` promises. */
function valueOf(datatype: CalibreColumn['datatype'], { value, extra = null }: Row): string | null {
  if (value === null || value === undefined) return null
  const text = String(value)
  switch (datatype) {
    case 'bool':
      return Number(text) ? 'true' : /^0(?:\.0)?$/.test(text) ? 'false' : null
    case 'int':
    case 'float':
      return decimal(text)
    case 'rating':
      return ratingOf(text)?.toString() ?? null
    case 'datetime':
      return momentOf(text)
    case 'comments':
      return plainText(text, limits.calibreText)
    case 'series': {
      const name = cleanLine(text, limits.name)
      const position = extra === null ? null : decimal(String(extra))
      return name === null || position === null ? name : `${name} [${position}]`
    }
    default:
      return cleanLine(text, limits.calibreText)
  }
}

/** calibre counts half stars; none is no rating. */
export function ratingOf(text: string): number | null {
  const halves = Number(text)
  return halves >= 1 && halves <= 10 ? Math.round(halves) / 2 : null
}

const textLength = (datatype: CalibreColumn['datatype']): number => limits.calibreText * (datatype === 'comments' ? 8 : 1)

/** What these books have in a column. */
export function readColumn(tables: Tables, column: CustomColumn, first: number, last: number): Map<number, string[]> {
  const { table, link, datatype } = column
  const extra = link && datatype === 'series' && tables.has(link, 'extra') ? `, ${textColumn('l.extra', 40)} as extra` : ''
  const value = `${textColumn('v.value', textLength(datatype))} as value`
  const rows = link
    ? tables.byBook(
        `select l.book as book, ${value}${extra} from ${link} l join ${table} v on v.id = l.value where l.book between ? and ? order by l.book, l.id`,
        first,
        last,
      )
    : tables.byBook(`select v.book as book, ${value} from ${table} v where v.book between ? and ? order by v.book`, first, last)
  const found = new Map<number, string[]>()
  for (const [book, values] of rows) {
    const read = new Set(values.map((row) => valueOf(datatype, row)).filter((each) => each !== null))
    if (read.size > 0) found.set(book, [...read].slice(0, limits.tags))
  }
  return found
}

/** What is told of a column ahead of its values. */
export function describeColumn(tables: Tables, { label, name, datatype, multiple, table, link, choices }: CustomColumn): CalibreColumn {
  const counted = link
    ? `select count(distinct book) as books from ${link}`
    : `select count(*) as books from ${table} where value is not null`
  const rows = tables.select(
    `select distinct ${textColumn('value', textLength(datatype))} as value from
      (select value from ${table} where value is not null limit ${limits.calibrePage * 10}) limit ${limits.calibreValues}`,
  )
  const values = rows.map((row) => valueOf(datatype, row)).filter((value) => value !== null && value.length <= limits.tag)
  return {
    label,
    name,
    datatype,
    multiple,
    values: [...new Set([...choices, ...(values as string[])])].slice(0, limits.calibreValues),
    books: Number(tables.select(counted)[0]?.['books'] ?? 0),
  }
}
