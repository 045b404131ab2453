import { describe, expect, it } from 'vitest'
import { parseDate } from './dates.ts'
import { parseIdentifier, parseIsbn } from './identifiers.ts'
import { parsePosition } from './series.ts'

describe('parseDate', () => {
  it.each([
    ['2008', '2008'],
    ['2008-05', '2008-05'],
    ['2008-05-07', '2008-05-07'],
    ['2008-5-7', '2008-05-07'],
    ['20080507', '2008-05-07'],
    ['2008-05-07T23:59:59+09:00', '2008-05-07'],
    ['1899-00-00', '1899'],
    ['2009-02-31', '2009-02'],
    ['circa 1900', '1900'],
    ['May 7, 2008', '2008'],
    ['©1851, reprinted 1992', null],
    ['0101-01-01T00:00:00+00:00', null],
    ['-0044-03-15', null],
    ['1200 BC', null],
    ['c. 1200 BCE', null],
    ['about 1200 B.C.', null],
    ['9999-12-31', null],
    ['0000', null],
    ['unknown', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(parseDate(text)).toBe(expected)
  })
})

describe('parseIsbn', () => {
  it.each([
    ['urn:isbn:978-0-306-40615-7', '9780306406157'],
    ['ISBN 0-306-40615-2', '9780306406157'],
    ['080442957X', '9780804429573'],
    ['ISBN-13: 9780306406157', '9780306406157'],
    ['9780306406158', null],
    ['1234567890', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(parseIsbn(text)).toBe(expected)
  })
})

describe('parseIdentifier', () => {
  it.each([
    ['urn:uuid:8F1D4A52-6c3b-4f0e-9d27-3b1f6a1c5e90', null, 'uuid', '8f1d4a52-6c3b-4f0e-9d27-3b1f6a1c5e90'],
    ['https://doi.org/10.1000/182', null, 'doi', '10.1000/182'],
    ['B000FC1PJI', 'MOBI-ASIN', 'asin', 'B000FC1PJI'],
    ['https://example.org/b/1', null, 'uri', 'https://example.org/b/1'],
    ['123', 'GOODREADS', 'other', 'goodreads:123'],
    ['9780306406158', 'ISBN', 'other', '9780306406158'],
    ['0306406152', '15', 'isbn', '9780306406157'],
    ['NOID', null, 'other', 'NOID'],
    [`${'v'.repeat(496)}📚`, 'A\0b', 'other', `ab:${'v'.repeat(496)}`],
  ])('%j as %j is %s', (text, declared, scheme, value) => {
    expect(parseIdentifier(text, declared)).toEqual({ scheme, value })
  })
})

describe('parsePosition', () => {
  it.each([
    ['1', '1'],
    ['1.0', '1'],
    ['01.50', '1.5'],
    ['2,5', '2.5'],
    ['Vol. 3', '3'],
    ['0', '0'],
    ['x', null],
    [undefined, null],
  ])('%j is %j', (text, expected) => {
    expect(parsePosition(text)).toBe(expected)
  })
})
