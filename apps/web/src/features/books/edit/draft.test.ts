import type { BookSources, Told } from '@carrel/api/schema/books/edits'
import { describe, expect, it } from 'vitest'
import { isLocked, shownValue, toWish, wrongFields } from './draft.ts'

const told: Told = {
  title: 'File', subtitle: null, sortTitle: null, contributors: [], series: [], languages: ['en'], identifiers: [], publisher: null,
  published: null, description: null, tags: [], direction: null,
} // prettier-ignore
const sources: BookSources = {
  sources: [],
  edited: { title: 'Mine' },
  locked: ['title'],
  unedited: told,
  effective: { ...told, title: 'Mine' },
  holds: { title: 'person' },
}

describe('a draft', () => {
  it('shows what holds, what somebody wrote, or what the sources say', () => {
    expect(shownValue(sources, {}, 'title')).toBe('Mine')
    expect(shownValue(sources, { title: { value: 'New' } }, 'title')).toBe('New')
    expect(shownValue(sources, { title: 'open' }, 'title')).toBe('File')
    expect([isLocked(sources, {}, 'title'), isLocked(sources, { title: 'open' }, 'title'), isLocked(sources, {}, 'tags')]).toEqual([true, false, false]) // prettier-ignore
  })

  it('asks for what was written and for what is opened again, without rows left empty', () => {
    expect(toWish(sources, {})).toBeNull()
    expect(toWish(sources, { tags: 'open' })).toBeNull()
    expect(toWish(sources, { contributors: { value: [{ name: ' ', sortName: null, role: 'author' }] } })).toBeNull()
    expect(toWish(sources, { languages: { value: ['en'] } })).toEqual({ set: { languages: ['en'] }, clear: [] })
    expect(
      toWish(sources, {
        title: 'open',
        series: {
          value: [
            { name: ' ', position: null },
            { name: 'S', position: '1' },
          ],
        },
      }),
    ).toEqual({
      set: { series: [{ name: 'S', position: '1' }] },
      clear: ['title'],
    })
  })

  it('tells which fields were refused', () => {
    const issues = [
      { path: ['set', 'published'] },
      { path: ['set', 'identifiers', 0, 'value'] },
      { path: ['set', 'identifiers', 1, 'value'] },
    ]
    expect(wrongFields({ code: 'BAD_REQUEST', data: { issues } })).toEqual(['published', 'identifiers'])
    expect([wrongFields(null), wrongFields(new Error('x')), wrongFields({ data: null })]).toEqual([[], [], []])
  })
})
