import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { addBook, makeBooks, type Shelf, unreadable } from '../src/books.ts'
import { addLibrary, type Api, fillOperator, setUp } from '../src/people.ts'
import { allWidths, keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, type StorageState, test } from '../src/test.ts'

test.describe('libraries', () => {
  let server: CarrelServer
  let shelf: Shelf
  let gone: string
  let api: Api
  let state: StorageState
  let organization: { id: string; slug: string }
  let libraryId: string
  test.beforeAll(async () => {
    shelf = await makeBooks({ count: 60 })
    gone = path.join(path.dirname(shelf.folder), 'Gone')
    mkdirSync(gone)
    server = await startServer([shelf.folder, gone])
    const made = await setUp(server, { library: 'The big shelf', folders: [shelf.folder] })
    ;({ api, state, organization } = made)
    libraryId = made.libraryId ?? ''
    rmSync(gone, { recursive: true })
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })
  const inWorkspace = (rest: string): string => `${server.url}/w/${organization.slug}${rest}`

  test('without any folder the wizard says how to open one, and can wait', async ({ visit }) => {
    const bare = await startServer([])
    try {
      const page = await visit()
      await page.goto(bare.setupLink ?? '')
      await fillOperator(page)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByLabel('Workspace name').fill('Empty hands')
      await page.getByRole('button', { name: 'Continue' }).click()
      await expect(page.getByRole('heading', { name: 'No folder is open yet' })).toBeVisible()
      await expect(page.getByText('npm start -- ~/Books')).toBeVisible()
      await keepScreen(page, 'setup-no-folder', { widths: allWidths })
      await page.getByRole('link', { name: 'Do this later' }).click()
      await expect(page).toHaveURL(`${bare.url}/w/empty-hands`)
      await expect(page.getByRole('heading', { name: 'Where are your books?' })).toBeVisible()
      await expect(page.getByRole('heading', { name: 'No folder is open yet' })).toBeVisible()
      await page.goto(`${bare.url}/admin/folders`)
      await expect(page.getByRole('heading', { name: 'No folder is open yet' })).toBeVisible()
      await keepScreen(page, 'server-folders-none', { widths: allWidths })
      await page.context().close()
    } finally {
      await bare.remove()
    }
  })

  test('a folder that cannot be read is shown as such, and refused when it goes away later', async ({ visit, forgive }) => {
    forgive(/status of 422/)
    const vanishing = path.join(shelf.folder, 'Vanishing')
    mkdirSync(vanishing)
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace('/libraries/new'))
    await expect(page.getByRole('button', { name: `${gone} can’t be read` })).toBeDisabled()
    await page.getByRole('button', { name: 'Add library' }).click()
    await expect(page.getByRole('alert').getByText('Choose at least one folder.')).toBeVisible()
    await expect(page.getByRole('group', { name: 'Folders' })).toBeFocused()
    await expect(page.getByText('Please fill this in.')).toHaveCount(0)
    await keepScreen(page, 'library-new-missing', { widths: allWidths, whole: true })

    await page.getByRole('button', { name: shelf.folder, exact: true }).click()
    await page.getByRole('button', { name: 'Use Vanishing' }).click()
    await expect(page.getByRole('list', { name: 'Chosen folders' }).getByText(vanishing)).toBeVisible()
    rmSync(vanishing, { recursive: true })
    await page.getByRole('button', { name: 'Add library' }).click()
    await expect(page.getByRole('alert').getByText('can’t be read')).toBeVisible()
    await keepScreen(page, 'library-new-unreadable', { widths: allWidths, whole: true })
  })

  test('a second library, restricted, wears its badge', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(''))
    await page.getByRole('link', { name: 'New library' }).click()
    await page.getByRole('button', { name: shelf.folder, exact: true }).click()
    await page.getByRole('button', { name: 'Use Japanese' }).click()
    await expect(page.getByLabel('Library name')).toHaveValue('Japanese')
    await page.getByLabel('Library name').fill('日本語の本')
    await page.getByRole('radio', { name: /Restricted/ }).click()
    await keepScreen(page, 'library-new', { widths: allWidths, whole: true })
    await page.getByRole('button', { name: 'Add library' }).click()
    await expect(page.getByRole('heading', { level: 1, name: '日本語の本' })).toBeVisible()
    await expect(page.getByRole('link', { name: /銀河鉄道の夜/ })).toBeVisible({ timeout: 60_000 })
    await expect(
      page
        .getByRole('navigation', { name: 'Main' })
        .getByRole('link', { name: /日本語の本/ })
        .getByRole('img', { name: 'Restricted' }),
    ).toBeVisible()
    await page.goto(inWorkspace('/libraries'))
    const tile = page.getByRole('main').getByRole('link', { name: /日本語の本/ })
    await expect(tile.getByRole('img', { name: 'Restricted' })).toBeVisible()
    await expect(tile).toContainText('3 books')
    await keepScreen(page, 'libraries', { widths: allWidths })
  })

  test('a library gets another name', async ({ visit, forgive }) => {
    forgive(/status of 409/)
    const id = await addLibrary(api, organization.id, 'Art books', [path.join(shelf.folder, 'Art')])
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${id}`))
    await page.getByRole('button', { name: 'More for this library' }).click()
    await expect(page.getByRole('menuitem', { name: 'Library settings' })).toBeVisible()
    await keepScreen(page, 'menu-library', { widths: allWidths })
    await page.getByRole('menuitem', { name: 'Library settings' }).click()
    // Behind the name; how the library is kept up to date is saved by itself.
    const save = page.getByRole('button', { name: 'Save changes' }).first()
    await page.getByLabel('Library name').fill('The big shelf')
    await save.click()
    await expect(page.getByText('There is already a library with this name.')).toBeVisible()
    await keepScreen(page, 'library-settings-taken', { widths: allWidths, whole: true })
    await page.getByLabel('Library name').fill('Pictures and plates')
    await save.click()
    await expect(page.getByText('Changes saved')).toBeVisible()
    await keepScreen(page, 'library-settings-saved', { widths: [390, 1440] })
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /Pictures and plates/ })).toBeVisible()
    await expect(save).toBeDisabled()
  })

  test('scanning again finds what came since', async ({ visit }) => {
    const folder = path.join(shelf.folder, 'Growing')
    addBook(folder, 'first.epub', { title: 'The First of Its Kind', creators: ['Ivy Vesterby'] })
    const id = await addLibrary(api, organization.id, 'Growing shelf', [folder])
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${id}`))
    await expect(page.getByRole('link', { name: /The First of Its Kind/ })).toBeVisible()
    addBook(folder, 'second.epub', { title: 'The Second Comes Later', creators: ['Ivy Vesterby'] })
    await page.getByRole('button', { name: 'More for this library' }).click()
    await page.getByRole('menuitem', { name: 'Scan again' }).click()
    await expect(page.getByRole('link', { name: /The Second Comes Later/ })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('2 books · scanned')).toBeVisible()
  })

  test('an empty folder makes an empty library that says what to do', async ({ visit }) => {
    const id = await addLibrary(api, organization.id, 'Nothing yet', [path.join(shelf.folder, 'Empty')])
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${id}`))
    await expect(page.getByRole('heading', { name: 'No books yet' })).toBeVisible()
    await keepScreen(page, 'library-empty', { widths: allWidths })
    await page.goto(inWorkspace(`/libraries/${id}/problems`))
    await expect(page.getByRole('heading', { name: 'Nothing to look at' })).toBeVisible()
    await keepScreen(page, 'problems-none', { widths: allWidths })
  })

  test('files that could not become books are listed with their reasons', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${libraryId}`))
    await page.getByRole('link', { name: '5 files need a look' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Files that need a look' })).toBeVisible()
    for (const [file, { reason }] of Object.entries(unreadable)) {
      await expect(page.getByRole('listitem').filter({ hasText: file }), file).toContainText(reason)
    }
    await keepScreen(page, 'problems', { widths: allWidths })
  })

  test('titles, names and gaps of every kind keep their place on a book’s page', async ({ visit }) => {
    const page = await visit({ storageState: state })
    for (const [name, query] of [
      ['book-long-title', 'A Complete and Unabridged'],
      ['book-twelve-authors', 'Twelve Winds'],
      ['book-japanese', '世界の果て'],
      ['book-arabic', 'كتاب'],
      ['book-untitled', 'scan 0042'],
      ['book-long-word', 'Donaudampf'],
      ['book-wide-cover', 'Panorama of'],
      ['book-series', 'The Lighthouse'],
    ] as const) {
      await page.goto(inWorkspace(`/search?q=${encodeURIComponent(query)}`))
      await page.getByRole('list', { name: 'Books found' }).getByRole('link').first().click()
      await expect(page.getByRole('heading', { name: /^Files?$/ })).toBeVisible()
      expect(await overflow(page), name).toBe(0)
      await keepScreen(page, name, { widths: [390, 1440], whole: true })
    }
  })

  test('a download whose file is gone says so on the page, and works again when it is back', async ({ visit, forgive }) => {
    forgive(/status of 410/)
    const file = path.join(shelf.folder, 'Lent/lent.epub')
    addBook(shelf.folder, 'Lent/lent.epub', { title: 'A Book Lent Out', creators: ['Ivy Vesterby'] })
    const id = await addLibrary(api, organization.id, 'Lent', [path.dirname(file)])
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${id}`))
    await page.getByRole('link', { name: /A Book Lent Out/ }).click()
    const download = page.getByRole('link', { name: 'Download' })
    await expect(download).toHaveAttribute('href', /^\/files\//)
    await expect(download).toHaveAttribute('download', 'lent.epub')
    renameSync(file, `${file}.away`)
    const address = page.url()
    await download.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText('The file of this book can’t be read now.')
    await expect(page).toHaveURL(address)
    await expect(download).toBeFocused()
    await keepScreen(page, 'book-file-missing', { widths: allWidths })
    renameSync(`${file}.away`, file)
    const [saved] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    expect(saved.suggestedFilename()).toBe('lent.epub')
    await expect(page.getByRole('alert')).toHaveCount(0)
  })

  test('a folder that cannot be scanned says so, and can be scanned again', async ({ visit }) => {
    const folder = path.join(shelf.folder, 'Loose disk')
    addBook(folder, 'a.epub', { title: 'On a Loose Disk', creators: ['Ivy Vesterby'] })
    const id = await addLibrary(api, organization.id, 'Loose disk', [folder])
    renameSync(folder, `${folder} away`)
    await api.post(`/libraries/${id}/scan`, {}, organization.id)
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${id}`))
    const notice = page.getByRole('status').filter({ hasText: 'is not there' })
    await expect(notice).toContainText(folder, { timeout: 60_000 })
    await expect(page.getByRole('link', { name: /On a Loose Disk/ })).toBeVisible()
    await keepScreen(page, 'folder-missing', { widths: allWidths })
    renameSync(`${folder} away`, folder)
    await page.getByRole('button', { name: 'Scan again' }).click()
    await expect(notice).toBeHidden({ timeout: 60_000 })
  })

  test('a library is removed only by typing its name, and its files stay', async ({ visit, forgive }) => {
    // The page asks once more for the library while it leaves.
    forgive(/status of 404/)
    const folder = path.join(shelf.folder, 'Reference')
    const id = await addLibrary(api, organization.id, 'Soon gone', [folder])
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${id}/settings`))
    await page.getByRole('button', { name: 'Remove library…' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Remove Soon gone?' })
    const remove = dialog.getByRole('button', { name: 'Remove library' })
    await expect(remove).toBeDisabled()
    await dialog.getByLabel(/to confirm/).fill('soon')
    await expect(remove).toBeDisabled()
    await keepScreen(page, 'library-remove', { widths: allWidths })
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()

    await page.getByRole('button', { name: 'Remove library…' }).click()
    await dialog.getByLabel(/to confirm/).fill('Soon gone')
    await remove.click()
    await expect(page.getByText('Soon gone was removed')).toBeVisible()
    await expect(page).toHaveURL(inWorkspace(''))
    await expect(page.getByRole('link', { name: /Soon gone/ })).toHaveCount(0)
    expect(existsSync(path.join(folder, 'anthology.epub'))).toBe(true)
  })
})

/** Pixels by which the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth))
}
