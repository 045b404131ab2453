import type { BookCard } from '@carrel/api/schema/books'
import { expect, it } from 'vitest'
import { mergeCards } from './merge-cards.ts'
import { fillMosaic } from './mosaic.ts'

const card = (id: string, state: BookCard['cover']['state'] = 'ready', title = `title of ${id}`): BookCard => ({
  id,
  libraryId: 'l',
  title,
  authors: [],
  language: null,
  series: null,
  formats: ['epub'],
  cover: { state, version: null, thumbhash: null, color: null, aspect: null },
  addedAt: '2026-11-20T00:00:00Z',
  missing: false,
})
const ids = (cells: readonly BookCard[]) => cells.map(({ id }) => id).join('')
const empty = { cells: [], next: 0 }

it('keeps places and adds at the end', () => {
  const first = fillMosaic(empty, [card('a'), card('b')], 4)
  expect(ids(fillMosaic(first, [card('c'), card('b'), card('a')], 4).cells)).toBe('abc')
})

it('replaces the oldest in turn when full', () => {
  const full = fillMosaic(
    empty,
    ['a', 'b', 'c'].map((id) => card(id)),
    3,
  )
  const later = fillMosaic(full, [card('d')], 3)
  expect(ids(later.cells)).toBe('dbc')
  expect(ids(fillMosaic(later, [card('e')], 3).cells)).toBe('dec')
})

it('replaces only a few at a time, and only by books whose cover is there', () => {
  const full = fillMosaic(
    empty,
    ['a', 'b', 'c'].map((id) => card(id)),
    3,
  )
  expect(ids(fillMosaic(full, [card('d'), card('e'), card('f')], 3, 2).cells)).toBe('dec')
  expect(ids(fillMosaic(full, [card('d', 'pending')], 3).cells)).toBe('abc')
})

it('gives pictures the places of typeset covers, never the other way round', () => {
  const full = fillMosaic(empty, [card('a'), card('b', 'none'), card('c')], 3)
  expect(ids(fillMosaic(full, [card('d')], 3).cells)).toBe('adc')
  expect(ids(fillMosaic(full, [card('d', 'none')], 3).cells)).toBe('abc')
})

it('shows one typeset cover of a title', () => {
  expect(ids(fillMosaic(empty, [card('a', 'none', 'Minimal'), card('b', 'none', 'Minimal')], 9).cells)).toBe('a')
})

it('takes over a cover that has come', () => {
  const waiting = fillMosaic(empty, [card('a', 'pending')], 3)
  expect(fillMosaic(waiting, [card('a')], 3).cells[0]?.cover.state).toBe('ready')
})

it('merges fresh cards into pages and leaves other pages as they are', () => {
  const pages = [
    { items: [card('a', 'pending'), card('b')], nextCursor: '1' },
    { items: [card('c')], nextCursor: null },
  ]
  const merged = mergeCards(pages, new Map([['a', card('a')]]))
  expect(merged[0]?.items.map(({ cover }) => cover.state)).toEqual(['ready', 'ready'])
  expect(merged[1]).toBe(pages[1])
})
