import type { CalibreColumn, CalibreProblem } from '@carrel/api/schema/calibre'
import { formatDate, formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

/** The stars that every library has bear no name of their own. */
export const columnName = ({ key, name }: CalibreColumn): string => (key === 'rating' ? t('calibre.stars') : name)

export function valueText({ datatype }: Pick<CalibreColumn, 'datatype'>, value: string): string {
  if (datatype === 'bool') return t(value === 'true' ? 'calibre.yes' : 'calibre.no')
  return datatype === 'datetime' ? formatDate(value) : value
}

const shown = 3

/** `12 books · Fantasy, Novel, …` */
export function columnFacts(column: CalibreColumn): string {
  const books = t('calibre.books', { count: column.books, books: formatNumber(column.books) })
  const values = column.datatype === 'bool' || column.key === 'rating' ? [] : column.values.slice(0, shown)
  const some = values.map((value) => valueText(column, value).slice(0, 40).toWellFormed())
  if (some.length === 0) return `${books} · ${t(`calibre.datatype.${column.datatype}`)}`
  return `${books} · ${formatList(column.values.length > shown ? [...some, '…'] : some)}`
}

export const problemText = (problem: CalibreProblem): string => t(`calibre.problem.${problem}`)
