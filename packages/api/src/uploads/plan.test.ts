import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planUploads, uploadUnit } from './plan.ts'

const drop = 'a'.repeat(32)
/** Paths by what they belong to, in the order of the first of each; those passed by last. */
const planned = (...paths: string[]) => {
  const together = planUploads(drop, paths)
  const units = Map.groupBy(
    paths.filter((_, at) => together[at] !== null),
    (path) => together[paths.indexOf(path)],
  )
  const passed = paths.filter((_, at) => together[at] === null)
  return [...units.values(), ...(passed.length > 0 ? [{ passed }] : [])]
}

describe('files that are dropped belong together', () => {
  test('as those of a folder do', () => {
    expect(planned('Title/02.mp3', 'Title/01.mp3', 'Title/folder.jpg', 'Title/metadata.opf')).toEqual([
      ['Title/02.mp3', 'Title/01.mp3', 'Title/folder.jpg', 'Title/metadata.opf'],
    ])
    expect(planned('Title/CD 1/01.mp3', 'Title/CD 2/01.mp3', 'Other/01.mp3')).toEqual([
      ['Title/CD 1/01.mp3', 'Title/CD 2/01.mp3'],
      ['Other/01.mp3'],
    ])
    expect(planned('a/One.epub', 'b/One.epub', 'a/one.pdf')).toEqual([['a/One.epub', 'a/one.pdf'], ['b/One.epub']])
    expect(planned('Writer/Title (1)/T.epub', 'Writer/Title (1)/U.mobi', 'Writer/Title (1)/metadata.opf')).toHaveLength(1)
  })

  test('without a folder by their own names', () => {
    expect(planned('One.epub', 'One.pdf', 'Two.epub')).toEqual([['One.epub', 'One.pdf'], ['Two.epub']])
    expect(planned('T 1.mp3', 'T 2.mp3', 'Other.mp3')).toEqual([['T 1.mp3', 'T 2.mp3'], ['Other.mp3']])
  })

  test('unless they are of no interest, or hidden', () => {
    expect(planned('a/One.epub', 'a/notes.txt', 'a/.b.epub', 'a/._One.epub', '.git/c.epub', 'd/cover.jpg')).toEqual([
      ['a/One.epub'],
      { passed: ['a/notes.txt', 'a/.b.epub', 'a/._One.epub', '.git/c.epub', 'd/cover.jpg'] },
    ])
  })

  test('whether they are asked for at once, or folder by folder', () => {
    const folder = fc.constantFrom('', 'A/', 'A/CD 1/', 'A/CD 2/', 'B/')
    const name = fc.constantFrom('1.mp3', '2.mp3', 'x.epub', 'x.pdf', 'metadata.opf', 'cover.jpg', 'x.m4b')
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.tuple(folder, name).map((each) => each.join('')),
          { maxLength: 30 },
        ),
        (paths) => {
          const inOrder = paths.toSorted()
          const asked = (part: (path: string) => string) => {
            const parts = [...Map.groupBy(inOrder, part).values()]
            return new Map(parts.flatMap((some) => planUploads(drop, some).map((together, at) => [some[at], together] as const)))
          }
          const whole = asked(() => '')
          expect(asked((path) => path.slice(0, path.indexOf('/') + 1))).toEqual(whole)
          // What lies above the folders of discs is known by them alone; nothing joins another book.
          for (const [path, together] of asked((each) => each.slice(0, each.lastIndexOf('/') + 1)))
            expect([whole.get(path), path === 'A/cover.jpg' || path === 'A/metadata.opf' ? null : whole.get(path)]).toContain(together)
        },
      ),
    )
  })
})

test('what came at another time, of somebody else or into another library belongs to nothing of this', () => {
  const paths = ['Title/01.mp3']
  expect(planUploads('b'.repeat(32), paths)).not.toEqual(planUploads(drop, paths))
  const unit = { libraryId: 'l', userId: 'u', together: drop }
  const others = [unit, { ...unit, libraryId: 'm' }, { ...unit, userId: 'v' }, { ...unit, together: 'b'.repeat(32) }].map(uploadUnit)
  expect(new Set(others).size).toBe(4)
  for (const each of others) expect(each).toMatch(/^[0-9a-f]{32}$/)
})
