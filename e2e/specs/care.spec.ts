import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { addBook, makeFolder, type Shelf } from '../src/books.ts'
import { examine } from '../src/examine.ts'
import { addLibrary, type Api, setUp } from '../src/people.ts'
import { allWidths, keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, type StorageState, test } from '../src/test.ts'

const names = ['Quiet Orchard', 'Salt Harbour', 'Winter Lantern', 'Paper Atlas', 'Glass Garden', 'Copper Almanac', 'Northern Meridian', 'Hollow Archive', 'Amber Causeway', 'Distant Observatory'] // prettier-ignore

test.describe('looking after a library', () => {
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
  const inLibrary = (id: string, rest = ''): string => `${server.url}/w/${organization.slug}/libraries/${id}${rest}`
  const makeDisk = (name: string): string => {
    const folder = path.join(root.folder, name)
    mkdirSync(folder)
    for (const title of names) addBook(folder, `${title}.epub`, { title: `The ${title}`, creators: ['Nora Ashgrove'] })
    return folder
  }
  const ended = (page: Page) => expect(page.getByText(/ · scanned /)).toBeVisible({ timeout: 60_000 })

  test('a disk that is taken off loses nothing, and may come back at another place', async ({ visit }) => {
    const folder = makeDisk('Novels')
    const id = await addLibrary(api, organization.id, 'Novels', [folder])
    const page = await visit({ storageState: state })
    await page.goto(inLibrary(id))
    await page.getByRole('link', { name: /The Amber Causeway/ }).click()
    await page.getByRole('button', { name: 'Mark as finished' }).click()
    await expect(page.getByText('Marked as finished')).toBeVisible()

    const elsewhere = path.join(root.folder, 'Moved')
    renameSync(folder, elsewhere)
    await page.goto(inLibrary(id))
    await page.getByRole('button', { name: 'More for this library' }).click()
    await page.getByRole('menuitem', { name: 'Scan again' }).click()
    const banner = page.getByRole('status').filter({ hasText: `${folder} is not there` })
    await expect(banner).toContainText('Nothing of it was removed', { timeout: 60_000 })
    await noToast(page)
    await expect(page.getByRole('link', { name: /The Amber Causeway/ })).toBeVisible()
    await expect(page.getByText('Missing', { exact: true })).toHaveCount(0)
    await examine(page, 'a folder that is not there')
    await keepScreen(page, 'care-folder-missing', { widths: allWidths })

    await page.goto(inLibrary(id, '/settings'))
    await expect(page.getByText('can’t be read now')).toBeVisible()
    await page.getByRole('button', { name: 'More for Novels' }).click()
    await page.getByRole('menuitem', { name: 'Say where it is now' }).click()
    const dialog = page.getByRole('dialog', { name: 'Where is Novels now?' })
    await dialog.getByRole('button', { name: 'Use Moved' }).click()
    await keepScreen(page, 'care-folder-move', { widths: allWidths })
    await dialog.getByRole('button', { name: 'It is here now' }).click()
    await expect(page.getByText('The folder was moved. The scan has begun.')).toBeVisible()
    await page.goto(inLibrary(id))
    await ended(page)
    await expect(banner).toHaveCount(0)
    await page.getByRole('link', { name: /The Amber Causeway/ }).click()
    await expect(page.getByRole('button', { name: 'Mark as unread' })).toBeVisible()
  })

  test('many files that are gone are asked about, kept as missing, and found again', async ({ visit }) => {
    const folder = makeDisk('Essays')
    const away = path.join(path.dirname(root.folder), 'Essays away')
    const id = await addLibrary(api, organization.id, 'Essays', [folder])
    const gone = names.slice(0, 4)
    mkdirSync(away)
    for (const title of gone) renameSync(path.join(folder, `${title}.epub`), path.join(away, `${title}.epub`))
    const page = await visit({ storageState: state })
    await page.goto(inLibrary(id))
    await page.getByRole('button', { name: 'More for this library' }).click()
    await page.getByRole('menuitem', { name: 'Scan again' }).click()
    await expect(page.getByText('4 of 10 files were not found')).toBeVisible({ timeout: 60_000 })
    await noToast(page)
    await examine(page, 'files that were not found')
    await keepScreen(page, 'care-held', { widths: allWidths })
    await page.getByRole('button', { name: 'They are gone' }).click()
    const question = page.getByRole('alertdialog', { name: 'Are these 4 files gone?' })
    await expect(question).toContainText('They are kept for 30 nights, with everyone’s place in them.')
    await keepScreen(page, 'care-held-question', { widths: allWidths })
    await question.getByRole('button', { name: 'They are gone' }).click()
    await expect(page.getByRole('link', { name: '4 missing books' })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('Missing', { exact: true }).first()).toBeVisible()
    await noToast(page)
    await examine(page, 'a shelf with missing books')
    await keepScreen(page, 'care-shelf-missing', { widths: allWidths })

    await page.getByRole('link', { name: /The Quiet Orchard/ }).click()
    await expect(page.getByText(/It is kept, with everyone’s place in it, for 30 more nights\./)).toBeVisible()
    await expect(page.getByRole('link', { name: 'Download' })).toHaveCount(0)
    await expect(page.getByText('not found', { exact: true })).toBeVisible()
    await examine(page, 'a missing book')
    await keepScreen(page, 'care-book-missing', { widths: allWidths, whole: true })

    await page.goto(inLibrary(id, '/missing'))
    await expect(page.getByRole('link', { name: 'The Salt Harbour' })).toBeVisible()
    await examine(page, 'the list of missing books')
    await keepScreen(page, 'care-missing', { widths: allWidths })
    await page.getByRole('listitem').filter({ hasText: 'The Salt Harbour' }).getByRole('button', { name: 'Remove now' }).click()
    const removal = page.getByRole('alertdialog', { name: 'Remove The Salt Harbour for good?' })
    await expect(removal).toContainText('This cannot be undone')
    await keepScreen(page, 'care-missing-remove', { widths: allWidths })
    await removal.getByRole('button', { name: 'Remove for good' }).click()
    await expect(page.getByText('The book was removed')).toBeVisible()
    await expect(page.getByRole('link', { name: 'The Salt Harbour' })).toHaveCount(0)

    for (const title of gone) renameSync(path.join(away, `${title}.epub`), path.join(folder, `${title}.epub`))
    rmSync(away, { recursive: true })
    await page.goto(inLibrary(id))
    await page.getByRole('button', { name: 'More for this library' }).click()
    await page.getByRole('menuitem', { name: 'Scan again' }).click()
    await expect(page.getByRole('link', { name: /missing books/ })).toHaveCount(0, { timeout: 60_000 })
    await expect(page.getByText('10 books · scanned')).toBeVisible({ timeout: 60_000 })
    await page.goto(inLibrary(id, '/scans'))
    await expect(page.getByText('Whole library').first()).toBeVisible()
    await expect(page.getByText(/3 found again/)).toBeVisible()
    await examine(page, 'the scans of a library')
    await keepScreen(page, 'care-scans', { widths: allWidths })
  })

  test('a folder that is empty on purpose is said to be so', async ({ visit }) => {
    const folder = makeDisk('Lent')
    const id = await addLibrary(api, organization.id, 'Lent', [folder])
    for (const title of names) rmSync(path.join(folder, `${title}.epub`))
    await api.post(`/libraries/${id}/scan`, {}, organization.id)
    const page = await visit({ storageState: state })
    await page.goto(inLibrary(id))
    await expect(page.getByText(`${folder} is empty`)).toBeVisible({ timeout: 60_000 })
    await keepScreen(page, 'care-folder-empty', { widths: allWidths })
    await page.getByRole('button', { name: 'It is empty on purpose' }).click()
    await page.getByRole('alertdialog', { name: 'Is Lent empty on purpose?' }).getByRole('button', { name: 'They are gone' }).click()
    await expect(page.getByRole('link', { name: '10 missing books' })).toBeVisible({ timeout: 60_000 })
    await page.goto(inLibrary(id, '/settings'))
    await page.getByRole('spinbutton', { name: 'Nights' }).fill('90')
    await expect(page.getByText('They are kept for 90 nights')).toBeVisible()
    await page.getByRole('button', { name: 'Save changes' }).last().click()
    await expect(page.getByText('Changes saved')).toBeVisible()
    await noToast(page)
    await examine(page, 'the settings of a library')
    await keepScreen(page, 'care-settings', { widths: allWidths, whole: true })
  })

  test('problems are put aside and tried again, books that look the same are told apart', async ({ visit }) => {
    const folder = makeDisk('Mixed')
    writeFileSync(path.join(folder, 'Notes.epub'), 'These are only notes.')
    writeFileSync(path.join(folder, 'Nothing.epub'), '')
    addBook(folder, 'again/Quiet Orchard.epub', { title: 'The quiet orchard', creators: ['Ashgrove, Nora'] })
    const id = await addLibrary(api, organization.id, 'Mixed', [folder])
    const page = await visit({ storageState: state })
    await page.goto(inLibrary(id, '/problems'))
    const notes = page.getByRole('listitem').filter({ hasText: 'Notes.epub' })
    await expect(notes).toContainText('This is not a book that Carrel can read')
    await examine(page, 'problems')
    await keepScreen(page, 'care-problems', { widths: allWidths })
    await notes.getByRole('button', { name: 'Ignore' }).click()
    await expect(notes).toHaveCount(0)
    await page.getByRole('button', { name: 'Ignored', exact: true }).click()
    await expect(notes).toBeVisible()
    await page.reload()
    await notes.getByRole('button', { name: 'Take up again' }).click()
    await expect(page.getByRole('heading', { name: 'Nothing is ignored' })).toBeVisible()
    await page.getByRole('button', { name: 'To look at' }).click()
    await page.getByLabel('Reason').selectOption({ label: 'The file is empty (1)' })
    await expect(notes).toHaveCount(0)
    addBook(folder, 'Nothing.epub', { title: 'Something After All', creators: ['Nora Ashgrove'] })
    await page.getByRole('listitem').filter({ hasText: 'Nothing.epub' }).getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByText('The file is read again')).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Nothing to look at' })).toBeVisible({ timeout: 60_000 })

    await page.getByRole('link', { name: 'Duplicates' }).click()
    const group = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '2 books' }) })
    await expect(group.getByRole('link')).toHaveText([/The Quiet Orchard/i, /The Quiet Orchard/i])
    await examine(page, 'duplicates')
    await keepScreen(page, 'care-duplicates', { widths: allWidths })
    await group.getByRole('button', { name: 'Not the same' }).click()
    await expect(page.getByRole('heading', { name: 'No duplicates' })).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(group).toBeVisible()
    await group.getByRole('button', { name: 'Make them one' }).click()
    await keepScreen(page, 'care-duplicates-merge', { widths: allWidths })
    await page.getByRole('dialog').getByRole('button', { name: 'Make them one' }).click()
    await expect(page.getByRole('heading', { name: 'No duplicates' })).toBeVisible()
  })
})

/** What was said for a moment hides its button from who cannot see it. */
const noToast = (page: Page) => expect(page.getByRole('button', { name: 'Dismiss' })).toHaveCount(0)
