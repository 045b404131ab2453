import { limits } from '@carrel/api/limits'
import type { CalibreColumn, CalibreDatatype, CalibreMappingInput, ColumnTarget } from '@carrel/api/schema/calibre'
import type { MetadataField, MetadataKind } from '@carrel/api/schema/metadata'
import type { ReadingStatus } from '@carrel/api/schema/reading'

/** What a column becomes: a word, a field of the workspace by its id, or a new one. */
export type Use = 'ignore' | 'status' | 'finishedAt' | 'tags' | 'new' | `field ${string}`
export type Meaning = ReadingStatus | 'none'
export type ColumnDraft = { use: Use; meanings: Readonly<Record<string, Meaning>> }
export type Draft = { details: boolean; overwrite: boolean; columns: Readonly<Record<string, ColumnDraft>> }

/** What a column can become by what it holds; kinds of fields, the best first. */
const columnUses: Readonly<Record<CalibreDatatype, { uses: readonly Use[]; fields: readonly MetadataKind[] }>> = {
  bool: { uses: ['status'], fields: ['flag', 'text'] },
  enumeration: { uses: ['status', 'tags'], fields: ['choice', 'text'] },
  text: { uses: ['status', 'tags'], fields: ['text', 'choice'] },
  datetime: { uses: ['finishedAt'], fields: ['date', 'text'] },
  int: { uses: [], fields: ['number', 'text'] },
  float: { uses: [], fields: ['number', 'text'] },
  rating: { uses: [], fields: ['number', 'text'] },
  series: { uses: ['tags'], fields: ['text'] },
  comments: { uses: [], fields: ['text'] },
}

/** What this reader and workspace allow. */
export type Surroundings = {
  fields: readonly MetadataField[]
  keepsPlaces: boolean
  makesFields: boolean
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase().trim()

/** Fields that can hold what the column holds. */
export function fittingFields({ datatype }: CalibreColumn, fields: readonly MetadataField[]): MetadataField[] {
  return fields.filter(({ kind }) => columnUses[datatype].fields.includes(kind))
}

/** The field that a column would make, or null where none can be made. */
export function newField(
  { datatype, values }: CalibreColumn,
  name: string,
  { fields, makesFields }: Surroundings,
): { name: string; kind: MetadataKind; choices: { name: string }[] } | null {
  const [kind = 'text'] = columnUses[datatype].fields
  const short = name.slice(0, limits.nameLength).toWellFormed().trim()
  const taken = fields.some((field) => fold(field.name) === fold(short))
  if (!makesFields || taken || short === '' || fields.length >= limits.metadataFields) return null
  const names = [...new Map(values.map((value) => [fold(value), value.slice(0, limits.nameLength).toWellFormed()])).values()]
  if (kind !== 'choice') return { name: short, kind, choices: [] }
  return names.length > 0
    ? { name: short, kind, choices: names.map((each) => ({ name: each })) }
    : { name: short, kind: 'text', choices: [] }
}

/** What the column can become, the most likely first. */
export function usesOf(column: CalibreColumn, name: string, around: Surroundings): Use[] {
  const uses = columnUses[column.datatype].uses.filter((use) => use === 'tags' || around.keepsPlaces)
  return [
    'ignore',
    ...uses,
    ...fittingFields(column, around.fields).map(({ id }): Use => `field ${id}`),
    ...(newField(column, name, around) ? (['new'] as const) : []),
  ]
}

/** Values of a column that can mean a reading state. */
export const tellingValues = ({ datatype, values }: CalibreColumn): string[] => (datatype === 'bool' ? ['true', 'false'] : values)

function meaningsOf(column: CalibreColumn): Record<string, Meaning> {
  const { datatype, proposed } = column
  const known = proposed.to === 'status' ? proposed.values : datatype === 'bool' ? [{ value: 'true', status: 'finished' as const }] : []
  return Object.fromEntries([
    ...tellingValues(column).map((value) => [value, 'none'] as const),
    ...known.map(({ value, status }) => [value, status] as const),
  ])
}

/** What is proposed: what the server takes the column for, else a field of its name. */
export function firstDraft(columns: readonly CalibreColumn[], nameOf: (column: CalibreColumn) => string, around: Surroundings): Draft {
  const drafts = columns.map((column): [string, ColumnDraft] => {
    const uses = usesOf(column, nameOf(column), around)
    const proposed = uses.find((use) => use === column.proposed.to)
    const namesake = fittingFields(column, around.fields).find((field) => fold(field.name) === fold(nameOf(column)))
    const use = proposed === undefined || proposed === 'ignore' ? (namesake ? (`field ${namesake.id}` as const) : 'ignore') : proposed
    return [column.key, { use, meanings: meaningsOf(column) }]
  })
  return { details: true, overwrite: false, columns: Object.fromEntries(drafts) }
}

/** What is asked of the server; `made` are the ids of new fields, by the key of their column. */
export function toMapping({ details, overwrite, columns }: Draft, made: Readonly<Record<string, string>>): CalibreMappingInput {
  const target = (key: string, { use, meanings }: ColumnDraft): ColumnTarget => {
    if (use === 'status') {
      const values = Object.entries(meanings).flatMap(([value, status]) => (status === 'none' ? [] : [{ value, status }]))
      return { to: 'status', values }
    }
    if (use === 'new') return made[key] === undefined ? { to: 'ignore' } : { to: 'field', fieldId: made[key] }
    if (use === 'ignore' || use === 'finishedAt' || use === 'tags') return { to: use }
    return { to: 'field', fieldId: use.slice('field '.length) }
  }
  return {
    ...(!details && { fields: [] }),
    overwrite,
    columns: Object.entries(columns).map(([key, column]) => ({ key, target: target(key, column) })),
  }
}

/** True when nothing would be taken over. */
export const isEmpty = ({ details, columns }: Draft): boolean => !details && Object.values(columns).every(({ use }) => use === 'ignore')
