import type { CalibreColumn } from '@carrel/api/schema/calibre'
import type { MetadataField } from '@carrel/api/schema/metadata'
import { describe, expect, it } from 'vitest'
import { firstDraft, isEmpty, newField, toMapping, usesOf, type Surroundings } from './mapping.ts'

const column = (key: string, datatype: CalibreColumn['datatype'], more: Partial<CalibreColumn> = {}): CalibreColumn => ({
  key,
  name: key.slice(1),
  datatype,
  multiple: false,
  values: [],
  books: 1,
  proposed: { to: 'ignore' },
  ...more,
})
const nameOf = ({ name }: CalibreColumn) => name
const field = (id: string, kind: MetadataField['kind']): MetadataField => ({ id, name: id, kind, choices: [] })
const around: Surroundings = { fields: [field('Pages', 'number'), field('note', 'text')], keepsPlaces: true, makesFields: true }

const read = column('#read', 'bool', { proposed: { to: 'status', values: [{ value: 'true', status: 'finished' }] } })
const state = column('#state', 'enumeration', {
  values: ['new', 'now'],
  proposed: { to: 'status', values: [{ value: 'now', status: 'reading' }] },
})
const pages = column('#pages', 'int')

describe('a column', () => {
  it('can become what it holds and what the workspace and the reader allow', () => {
    expect(usesOf(read, 'read', around)).toEqual(['ignore', 'status', 'field note', 'new'])
    expect(usesOf(pages, 'pages', around)).toEqual(['ignore', 'field Pages', 'field note'])
    expect(usesOf(pages, 'More', { ...around, makesFields: false })).toEqual(['ignore', 'field Pages', 'field note'])
    expect(usesOf(read, 'read', { fields: [], keepsPlaces: false, makesFields: false })).toEqual(['ignore'])
  })

  it('makes a field of its kind, with the choices that it knows', () => {
    expect(newField(state, 'State', around)).toEqual({ name: 'State', kind: 'choice', choices: [{ name: 'new' }, { name: 'now' }] })
    expect(newField({ ...state, values: [] }, 'State', around)).toEqual({ name: 'State', kind: 'text', choices: [] })
    expect(newField(column('#x', 'float'), 'NOTE', around)).toBeNull()
    const full = Array.from({ length: 50 }, (_, i) => field(`f${i}`, 'flag'))
    expect(newField(pages, 'New', { ...around, fields: full })).toBeNull()
  })
})

describe('a draft', () => {
  it('proposes what the server says, else the field of the same name', () => {
    const draft = firstDraft([read, state, pages], nameOf, around)
    expect(draft).toEqual({
      details: true,
      overwrite: false,
      columns: {
        '#read': { use: 'status', meanings: { true: 'finished', false: 'none' } },
        '#state': { use: 'status', meanings: { new: 'none', now: 'reading' } },
        '#pages': { use: 'field Pages', meanings: {} },
      },
    })
    const { columns } = firstDraft([read], nameOf, { ...around, keepsPlaces: false })
    expect(columns['#read']?.use).toBe('ignore')
  })

  it('becomes what is asked', () => {
    const draft = firstDraft([read, pages], nameOf, around)
    const columns = { ...draft.columns, '#new': { use: 'new', meanings: {} }, '#gone': { use: 'new', meanings: {} } } as const
    expect(toMapping({ details: false, overwrite: true, columns }, { '#new': 'made' })).toEqual({
      fields: [],
      overwrite: true,
      columns: [
        { key: '#read', target: { to: 'status', values: [{ value: 'true', status: 'finished' }] } },
        { key: '#pages', target: { to: 'field', fieldId: 'Pages' } },
        { key: '#new', target: { to: 'field', fieldId: 'made' } },
        { key: '#gone', target: { to: 'ignore' } },
      ],
    })
    expect(toMapping(draft, {})).not.toHaveProperty('fields')
  })

  it('of nothing is empty', () => {
    expect(isEmpty({ details: false, overwrite: true, columns: { '#a': { use: 'ignore', meanings: {} } } })).toBe(true)
    expect(isEmpty({ details: false, overwrite: false, columns: { '#a': { use: 'tags', meanings: {} } } })).toBe(false)
  })
})
