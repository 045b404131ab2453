import { describe, expect, it } from 'vitest'
import { coverFit } from './cover-fit.ts'
import { gridLayout, moveInGrid, moveOnShelf } from './grid-layout.ts'

describe('gridLayout', () => {
  it('gives six columns beside the left bar of a 1440 screen, three on any phone', () => {
    expect(gridLayout(1112, false).columns).toBe(6)
    expect(gridLayout(354, true).columns).toBe(3)
    expect(gridLayout(284, true).columns).toBe(3)
  })
  it('never makes a column narrower than 142 px where two fit', () => {
    for (let width = 304; width < 3000; width += 7) expect(gridLayout(width, false).columnWidth).toBeGreaterThanOrEqual(142)
  })
  it('grows with the reader’s text size', () => {
    expect(gridLayout(1112, false, 2).rowHeight).toBeGreaterThan(gridLayout(1112, false).rowHeight)
  })
})

describe('moveInGrid', () => {
  const move = (key: string, index: number, count = 14) => moveInGrid({ key, index, columns: 6, count })
  it('moves by one and by a row', () => {
    expect(move('ArrowRight', 5)).toBe(6)
    expect(move('ArrowLeft', 6)).toBe(5)
    expect(move('ArrowDown', 1)).toBe(7)
    expect(move('ArrowUp', 7)).toBe(1)
  })
  it('stops at the edges', () => {
    expect(move('ArrowLeft', 0)).toBe(0)
    expect(move('ArrowUp', 3)).toBe(3)
    expect(move('ArrowRight', 13)).toBe(13)
    expect(move('ArrowDown', 13)).toBe(13)
  })
  it('goes to the end of a shorter last row', () => expect(move('ArrowDown', 11)).toBe(13))
  it('knows Home, End and pages', () => {
    expect(move('Home', 9)).toBe(0)
    expect(move('End', 0)).toBe(13)
    expect(move('PageDown', 0)).toBe(13)
    expect(move('PageUp', 13)).toBe(1)
  })
  it('turns round in right-to-left pages', () => {
    expect(moveInGrid({ key: 'ArrowLeft', index: 0, columns: 6, count: 14, rtl: true })).toBe(1)
  })
  it('leaves other keys and empty grids alone', () => {
    expect(move('a', 0)).toBeUndefined()
    expect(move('ArrowDown', 0, 0)).toBeUndefined()
  })
})

describe('moveOnShelf', () => {
  const move = (key: string, index: number, rows = 2) => moveOnShelf({ key, index, rows, count: 7 })
  it('moves by columns and within one', () => {
    expect(move('ArrowRight', 0)).toBe(2)
    expect(move('ArrowLeft', 1)).toBe(1)
    expect(move('ArrowDown', 0)).toBe(1)
    expect(move('ArrowUp', 1)).toBe(0)
    expect(move('ArrowDown', 1)).toBeUndefined()
    expect(move('ArrowDown', 6)).toBeUndefined()
    expect(move('ArrowRight', 5)).toBe(6)
  })
  it('leaves up and down to the page where there is one row', () => expect(move('ArrowDown', 0, 1)).toBeUndefined())
})

it('fills the box with covers that lose little, and insets the others', () => {
  expect([0.667, 0.64, 0.7].map(coverFit)).toEqual(['fill', 'fill', 'fill'])
  expect([1, 1.4, 0.5, null, 0].map(coverFit)).toEqual(['inset', 'inset', 'inset', 'inset', 'inset'])
})
