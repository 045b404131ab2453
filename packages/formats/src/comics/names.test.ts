import { describe, expect, it } from 'vitest'
import { inNaturalOrder } from './natural-order.ts'
import { guessSeries } from './series-guess.ts'

describe('inNaturalOrder', () => {
  it.each([
    [['1.jpg', '2.jpg', '10.jpg', '100.jpg']],
    [['p001.jpg', 'P2.jpg', 'p0010.jpg']],
    [['ch 1/1.jpg', 'ch 1/2.jpg', 'ch 1.5/1.jpg', 'ch 2/1.jpg', 'ch 10/1.jpg']],
    [['page1.jpg', 'page1-2.jpg', 'page1a.jpg', 'page2.png']],
    [['a/1.jpg', 'a/b/1.jpg', 'a b/1.jpg']],
    [['１.jpg', '2.jpg', '１０.jpg']],
    [['x99999999999999999999998.jpg', 'x99999999999999999999999.jpg']],
    [['a\\2.jpg', 'a\\10.jpg']],
    [['01.jpg', '1.jpg', '1.png']],
  ])('keeps %j, from whatever order', (names) => {
    for (const mixed of [names.toReversed(), names.toSorted(), names]) expect(inNaturalOrder(mixed, (name) => name)).toEqual(names)
  })
})

describe('guessSeries', () => {
  it.each([
    ['Series v01 #003 (2019).cbz', 'Series', '3'],
    ['Series #12.cbz', 'Series', '12'],
    ['Series - c012.cbz', 'Series', '12'],
    ['Series c012.5 [Group].cbz', 'Series', '12.5'],
    ['Series c012v2.cbz', 'Series', '12'],
    ['Series v03 c021.cbz', 'Series', '21'],
    ['Series Chapter 7.cbz', 'Series', '7'],
    ['Series Ch.7 - A Title.cbz', 'Series', '7'],
    ['Series v02.cbz', 'Series', '2'],
    ['Series, Vol. 2 (2001) (Digital).cbr', 'Series', '2'],
    ['Series Volume 10 - The End.cb7', 'Series', '10'],
    ['Series 003.cbz', 'Series', '3'],
    ['Series_003_(of_06)_(2019).cbz', 'Series', '3'],
    ['folder v09/Series (2016) 003 (2017).cbz', 'Series', '3'],
    ['[Group] 草枕 第 v01.cbz', '草枕 第', '1'],
    ['Series - 003 - A Title.cbz', 'Series', '3'],
  ])('%j is of %j, number %s', (path, name, position) => {
    expect(guessSeries(path)).toEqual({ name, position })
  })

  it.each([
    ['Catch 22.cbz'],
    ['Fahrenheit 451.cbz'],
    ['Blade Runner 2049 (2019).cbz'],
    ['1984.cbz'],
    ['001.cbz'],
    ['v01.cbz'],
    ['Chapter 5.cbz'],
    ['#3.cbz'],
    ['Series v01-03.cbz'],
    ['Series 001-006.cbz'],
    ['Series c001-c010.cbz'],
    ['A Book.cbz'],
    ['Rev 2.cbz'],
    ['Apollo 13 v.cbz'],
    ['100 Bullets.cbz'],
  ])('%j is of none', (path) => {
    expect(guessSeries(path)).toBeNull()
  })

  it('gives up on overlong names at once', () => {
    for (const part of ['v1 ', '(', 'c1 - ', '[a]', ' ']) expect(guessSeries(`${part.repeat(20_000)} 001.cbz`)).toBeNull()
  })
})
