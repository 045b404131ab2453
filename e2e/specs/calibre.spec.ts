import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buildCalibre, type CalibreBookInput } from '@carrel/formats/testing'
import { addBook, makeFolder, type Shelf } from '../src/books.ts'
import { examine } from '../src/examine.ts'
import { addLibrary, type Api, setUp } from '../src/people.ts'
import { allWidths, keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

const statuses = ['To read', 'Reading', 'Read', 'Abandoned']
const columns = [
  { label: 'read', name: 'Read', datatype: 'bool' },
  { label: 'readdate', name: 'Date read', datatype: 'datetime' },
  { label: 'status', name: 'Status', datatype: 'enumeration', choices: statuses },
  { label: 'genre', name: 'Genres', datatype: 'text', multiple: true },
  { label: 'lent', name: 'Lent to', datatype: 'text' },
  { label: 'pages', name: 'Pages', datatype: 'int' },
  { label: 'notes', name: 'What I thought of it, in more words than would ever fit into a line of a table', datatype: 'comments' },
]
const people = ['Nora Ashgrove', 'Anders Lindqvist', 'Leila Okafor']
const things = ['Quiet Orchard', 'Salt Harbour', 'Winter Lantern', 'Paper Atlas', 'Glass Garden', 'Copper Almanac', 'Northern Meridian', 'Hollow Archive'] // prettier-ignore

const known = (index: number): CalibreBookInput => {
  const author = people[index % people.length] ?? ''
  const title = `The ${things[index % things.length]}${index < things.length ? '' : ` ${index}`}`
  const [first = '', last = ''] = author.split(' ')
  return {
    title,
    path: `${author}/${title} (${index + 1})`,
    files: [{ name: `${title} - ${author}`, format: 'EPUB' }],
    authors: [{ name: author, sort: `${last}, ${first}` }],
    series: { name: 'Harbours', index: index + 1 },
    tags: ['Novel', 'Sea'],
    publisher: 'Tidal Press',
    languages: ['eng'],
    rating: 8,
    columns: {
      read: index % 2,
      status: statuses[index % statuses.length] ?? '',
      genre: ['Fiction', 'Weather'],
      lent: 'Robin',
      pages: 120 + index,
      notes: '<p>Good.</p>',
      ...(index % 2 === 1 && { readdate: '2022-05-01 22:00:00+00:00' }),
    },
  }
}

test.describe('a calibre library', () => {
  let server: CarrelServer
  let root: Shelf
  let api: Api
  let state: StorageState
  let organization: { id: string; slug: string }
  test.beforeAll(async () => {
    root = await makeFolder('Disks', {})
    server = await startServer([root.folder])
    ;({ api, state, organization } = await setUp(server))
  })
  test.afterAll(async () => {
    await server.remove()
    root.remove()
  })
  const at = (libraryId: string, rest = ''): string => `${server.url}/w/${organization.slug}/libraries/${libraryId}${rest}`

  /** `count` books in calibre, of which the last eight are on the shelf. */
  async function makeLibrary(name: string, count: number): Promise<{ id: string; folder: string }> {
    const folder = path.join(root.folder, name)
    mkdirSync(folder)
    const shelved = things.map((_, index) => known(index))
    const books = [...Array.from({ length: count - shelved.length }, (_, index) => known(index + 100)), ...shelved]
    buildCalibre(path.join(folder, 'metadata.db'), { books, columns })
    for (const { title, path: place, files } of shelved)
      for (const file of files) addBook(folder, `${place}/${file.name}.epub`, { title: `${title} (scan)`, creators: [] })
    return { id: await addLibrary(api, organization.id, name, [folder]), folder }
  }
  const choose = (page: Page, column: string) => page.getByRole('combobox', { name: `What ${column} becomes` })

  test('is taken over in three steps, with columns and what was read', async ({ visit }) => {
    const { id } = await makeLibrary('Calibre Library', 608)
    const page = await visit({ storageState: state })
    await page.goto(at(id))
    await page.getByRole('button', { name: 'More for this library' }).click()
    await page.getByRole('menuitem', { name: 'Import from calibre…' }).click()
    await expect(page.getByText('608 books · 7 columns of your own')).toBeVisible()
    await examine(page, 'calibre-found')
    await keepScreen(page, 'calibre-found', { widths: allWidths })

    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(choose(page, 'Read')).toHaveValue('status')
    await expect(choose(page, 'Date read')).toHaveValue('finishedAt')
    await expect(choose(page, 'Genres')).toHaveValue('tags')
    await expect(choose(page, 'Lent to')).toHaveValue('ignore')
    await expect(page.getByLabel('Abandoned')).toHaveValue('none')
    await page.getByLabel('Abandoned').selectOption('Reading')
    await choose(page, 'Pages').selectOption('New field “Pages”')
    await choose(page, 'Stars').selectOption('New field “Stars”')
    await examine(page, 'calibre-columns')
    await keepScreen(page, 'calibre-columns', { widths: allWidths, whole: true })

    let held = true
    await page.route('**/rpc/calibre/import', async (route) => {
      await expect.poll(() => held, { timeout: 60_000 }).toBe(false)
      await route.continue()
    })
    await page.getByRole('button', { name: 'Take it over' }).click()
    await expect(page.getByText('0 of 608 books')).toBeVisible()
    await page.getByRole('button', { name: 'Stop' }).click()
    held = false
    await expect(page.getByRole('heading', { name: 'Stopped halfway' })).toBeVisible()
    await expect(page.getByText('200 of 608 books')).toBeVisible()
    await keepScreen(page, 'calibre-stopped', { widths: allWidths, whole: true })
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(page.getByRole('heading', { name: 'Import finished' })).toBeVisible()
    await expect(page.getByText('and 580 more')).toBeVisible()
    await examine(page, 'calibre-done')
    await keepScreen(page, 'calibre-done', { widths: allWidths, whole: true })

    await page.getByRole('link', { name: 'Open Calibre Library' }).click()
    await page.getByRole('link', { name: /^The Salt Harbour/ }).click()
    await expect(page.getByRole('heading', { name: 'The Salt Harbour' })).toBeVisible()
    await expect(page.getByText('Harbours', { exact: false }).first()).toBeVisible()
    await expect(page.getByRole('button', { name: 'Mark as unread' })).toBeVisible()
    await expect(page.getByText('121', { exact: true })).toBeVisible()

    await page.goto(at(id, '/calibre'))
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(choose(page, 'Pages').locator('option:checked')).toHaveText('Field “Pages”')
    await page.getByRole('button', { name: 'Take it over' }).click()
    await expect(page.getByRole('heading', { name: 'Import finished' })).toBeVisible()
    const counts = page.getByRole('definition')
    await expect(counts.first()).toHaveText('0')
  })

  test('is taken over and taken back', async ({ visit }) => {
    const { id } = await makeLibrary('Second thoughts', 8)
    const page = await visit({ ...phone, storageState: state })
    await page.goto(at(id, '/calibre'))
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Take it over' }).click()
    await expect(page.getByRole('heading', { name: 'Import finished' })).toBeVisible()
    await page.getByRole('button', { name: 'Take it back' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Take this import back?' })
    await keepScreen(page, 'calibre-take-back')
    await dialog.getByRole('button', { name: 'Take it back' }).click()
    await expect(page.getByText('8 books are as they were')).toBeVisible()
    await page.goto(at(id))
    await expect(page.getByRole('link', { name: /The Salt Harbour \(scan\)/ })).toBeVisible()
  })

  test('is copied into a library of uploads, is stopped and goes on, and is then taken over', async ({ visit }) => {
    const folder = path.join(root.folder, 'To be left')
    mkdirSync(folder)
    const books = Array.from({ length: 45 }, (_, index) => known(index + 200))
    buildCalibre(path.join(folder, 'metadata.db'), { books, columns })
    for (const { title, path: place, files } of books.slice(0, -1))
      for (const file of files) addBook(folder, `${place}/${file.name}.epub`, { title: `${title} (file)`, creators: [] })
    const { id } = (await api.post('/libraries', { name: 'Moved in', kind: 'managed' }, organization.id)) as { id: string }
    const page = await visit({ storageState: state })
    await page.goto(at(id))
    await page.getByRole('button', { name: 'More for this library' }).click()
    await page.getByRole('menuitem', { name: 'Import from calibre…' }).click()
    await expect(page.getByRole('button', { name: 'Continue' })).toBeDisabled()
    await page.getByRole('button', { name: 'Use To be left' }).click()
    await examine(page, 'calibre-copy-folder')
    await keepScreen(page, 'calibre-copy-folder', { widths: allWidths })
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(page.getByText('45 books · 7 columns of your own')).toBeVisible()
    await examine(page, 'calibre-copy-found')
    await keepScreen(page, 'calibre-copy-found', { widths: allWidths })
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(choose(page, 'Genres')).toHaveValue('tags')

    let held = true
    await page.route('**/rpc/calibre/copy', async (route) => {
      await expect.poll(() => held, { timeout: 60_000 }).toBe(false)
      await route.continue()
    })
    await page.getByRole('button', { name: 'Take it over' }).click()
    await expect(page.getByRole('heading', { name: 'Copying the books' })).toBeVisible()
    await page.getByRole('button', { name: 'Stop' }).click()
    held = false
    await expect(page.getByRole('heading', { name: 'Stopped halfway' })).toBeVisible()
    await expect(page.getByText('20 of 45 books')).toBeVisible()
    await expect(page.getByText(/20 files copied/)).toBeVisible()
    await examine(page, 'calibre-copy-stopped')
    await keepScreen(page, 'calibre-copy-stopped', { widths: allWidths })
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(page.getByRole('heading', { name: 'Import finished' })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText(/44 files copied/)).toBeVisible()
    await expect(page.getByText('1 file was not copied')).toBeVisible()
    await examine(page, 'calibre-copy-done')
    await keepScreen(page, 'calibre-copy-done', { widths: allWidths, whole: true })
    await page.getByRole('link', { name: 'Open Moved in' }).click()
    await expect(page.getByText('44 books')).toBeVisible()
    await page.getByRole('link', { name: /Paper Atlas 243/ }).click()
    await expect(page.getByRole('button', { name: 'Mark as unread' })).toBeVisible()

    // Another time copies nothing, and says so.
    await page.goto(at(id, '/calibre'))
    await page.getByRole('button', { name: 'Use To be left' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Take it over' }).click()
    await expect(page.getByText('no files copied · 44 were there already')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('heading', { name: 'Import finished' })).toBeVisible()
  })

  test('that is none, or is being written, says what to do', async ({ visit }) => {
    const folder = path.join(root.folder, 'Plain')
    mkdirSync(folder)
    addBook(folder, 'One.epub', { title: 'One', creators: ['Nora Ashgrove'] })
    const plain = await addLibrary(api, organization.id, 'Plain', [folder])
    const page = await visit({ storageState: state })
    await page.goto(at(plain, '/calibre'))
    await expect(page.getByRole('heading', { name: 'No calibre library here' })).toBeVisible()
    await examine(page, 'calibre-none')
    await keepScreen(page, 'calibre-none', { widths: allWidths })

    const { id, folder: written } = await makeLibrary('Written', 8)
    writeFileSync(path.join(written, 'metadata.db-journal'), Buffer.from('d9d505f920a163d7', 'hex'))
    await page.goto(at(id, '/calibre'))
    await expect(page.getByText(/calibre is writing to it/)).toBeVisible()
    await examine(page, 'calibre-problem')
    await keepScreen(page, 'calibre-problem', { widths: allWidths })
  })
})
