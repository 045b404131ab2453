import { expect, it } from 'vitest'
import { walkEntries } from './dropped.ts'

type Tree = { [name: string]: Tree | string }

/** Entries as browsers hand them out: at most two at a time here, a hundred there. */
function entryOf(name: string, content: Tree | string, above = ''): FileSystemEntry {
  const fullPath = `${above}/${name}`
  if (typeof content === 'string') {
    const file = (resolve: (file: File) => void, reject: (error: Error) => void) =>
      content === 'unreadable' ? reject(new Error(name)) : resolve(new File([content], name))
    // No browser is here to make one.
    return { isFile: true, isDirectory: false, name, fullPath, file } as unknown as FileSystemEntry
  }
  const createReader = () => {
    const left = Object.entries(content).map(([each, inner]) => entryOf(each, inner, fullPath))
    return {
      readEntries: (resolve: (entries: FileSystemEntry[]) => void, reject: (error: Error) => void) =>
        'closed' in content ? reject(new Error('closed')) : resolve(left.splice(0, 2)),
    }
  }
  // As above.
  return { isFile: false, isDirectory: true, name, fullPath, createReader } as unknown as FileSystemEntry
}

it('finds everything below what was dropped, but in hidden folders', async () => {
  const tree: Tree = {
    Title: { 'CD 1': { '1.mp3': '1', '2.mp3': '2', '3.mp3': '3' }, 'cover.jpg': 'c', '.git': { 'a.epub': 'a' }, Closed: { closed: '' } },
    'Loose.epub': 'loose',
  }
  const counts: number[] = []
  const found = await walkEntries(
    Object.entries(tree).map(([name, content]) => entryOf(name, content)),
    (count) => counts.push(count),
  )
  expect(found.map(({ path }) => path).toSorted()).toEqual([
    'Loose.epub',
    'Title/CD 1/1.mp3',
    'Title/CD 1/2.mp3',
    'Title/CD 1/3.mp3',
    'Title/cover.jpg',
  ])
  expect(counts.at(-1)).toBe(5)
  expect(await (await found.find(({ path }) => path === 'Loose.epub')?.open())?.text()).toBe('loose')
})
