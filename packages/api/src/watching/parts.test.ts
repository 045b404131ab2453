import { describe, expect, test } from 'vitest'
import { partsOf, type Stir } from './parts.ts'

const stir = (paths: string[], more: Partial<Stir> = {}): Stir => ({ paths, gone: false, whole: false, ...more })
const parts = (folders: Record<string, Stir>) => partsOf(new Map(Object.entries(folders)))

describe('what is looked through', () => {
  test.each([
    ['a folder in which a file came', { f: stir(['A/B']) }, [{ folderId: 'f', path: 'A/B' }]],
    ['the folder itself', { f: stir(['']) }, [{ folderId: 'f' }]],
    [
      'several, without those inside others',
      { f: stir(['A', 'A/B', 'A b', 'C']) },
      [
        { folderId: 'f', path: 'A b' },
        { folderId: 'f', path: 'A' },
        { folderId: 'f', path: 'C' },
      ],
    ],
    ['all when it came to the folder itself too', { f: stir(['A', '']) }, [{ folderId: 'f' }]],
    ['what was renamed, both names at once', { f: stir(['X/A', 'X/B'], { gone: true }) }, [{ folderId: 'f', path: 'X' }]],
    ['what is above many', { f: stir(Array.from({ length: 20 }, (_, i) => `X/${i}`)) }, [{ folderId: 'f', path: 'X' }]],
    ['a folder in which a storm was', { f: stir([], { whole: true, gone: true }) }, [{ folderId: 'f' }]],
    [
      'each of two folders in which something came',
      { f: stir(['A']), g: stir(['B']) },
      [
        { folderId: 'f', path: 'A' },
        { folderId: 'g', path: 'B' },
      ],
    ],
    ['all when something may have moved between folders', { f: stir(['A'], { gone: true }), g: stir(['B']) }, [{}]],
    ['what is above a name that cannot be told', { f: stir(['A/b\ufffd/c']) }, [{ folderId: 'f', path: 'A' }]],
    ['nothing when nothing stirred', { f: stir([]) }, []],
  ])('%s', (_, folders, expected) => {
    expect(parts(folders)).toEqual(expected)
  })
})
