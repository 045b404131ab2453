import { addBook, makeFolder, type Shelf } from '../src/books.ts'
import { type Api, setUp } from '../src/people.ts'
import { allWidths, keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type StorageState, test } from '../src/test.ts'

test.describe('folders that are watched', () => {
  let server: CarrelServer
  let shelf: Shelf
  let api: Api
  let state: StorageState
  let organization: { id: string; slug: string }
  let libraryId: string
  test.beforeAll(async () => {
    shelf = await makeFolder('Novels', { 'first.epub': { title: 'The First Book' } })
    server = await startServer([shelf.folder])
    const made = await setUp(server, { library: 'Novels', folders: [shelf.folder] })
    ;({ api, state, organization } = made)
    libraryId = made.libraryId ?? ''
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })
  const inWorkspace = (rest: string): string => `${server.url}/w/${organization.slug}${rest}`

  test('a file copied into one appears on the open shelf without a click', async ({ visit }, { annotations }) => {
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${libraryId}`))
    await expect(page.getByRole('link', { name: /The First Book/ })).toBeVisible()
    await expect
      .poll(async () => (await api.get(`/libraries/${libraryId}`, organization.id))['folders'], { timeout: 30_000 })
      .toMatchObject([{ noticing: { mode: 'watching' } }])
    const copied = Date.now()
    addBook(shelf.folder, 'Later/second.epub', { title: 'The Second Book' })
    await expect(page.getByRole('link', { name: /The Second Book/ })).toBeVisible({ timeout: 20_000 })
    annotations.push({ type: 'from copy to shelf', description: `${Date.now() - copied} ms` })
    console.log(`from copy to shelf: ${Date.now() - copied} ms`)
  })

  test('settings say how changes are noticed, and take a schedule', async ({ visit, forgive }) => {
    forgive(/status of 422/)
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${libraryId}/settings`))
    await expect(page.getByText('Watched: new books appear by themselves.')).toBeVisible()
    const save = page
      .locator('form')
      .filter({ has: page.getByLabel('Scan at set times') })
      .getByRole('button', { name: 'Save' })
    await page.getByLabel('Scan at set times').selectOption('weekly')
    await page.getByLabel('Day of the week').selectOption('6')
    await page.getByLabel('Time of day').fill('04:30')
    await keepScreen(page, 'library-upkeep', { widths: allWidths, whole: true })
    await save.click()
    await expect(page.getByText('Next on')).toBeVisible()
    expect(await api.get(`/libraries/${libraryId}`, organization.id)).toMatchObject({ upkeep: { schedule: '30 4 * * 6' } })

    await page.getByLabel('Scan at set times').selectOption('custom')
    await page.getByLabel('Cron expression').fill('0 3 31 2 *')
    await save.click()
    await expect(page.getByText('No time fits it.')).toBeVisible()
    await keepScreen(page, 'library-upkeep-cron', { widths: allWidths, whole: true })
    await page.getByLabel('Scan at set times').selectOption('off')
    await save.click()
    await expect(page.getByText('Next on')).toHaveCount(0)

    await page.getByRole('switch', { name: 'Notice changes in the folders' }).click()
    await expect(page.getByText('Checked only when somebody scans.')).toBeVisible({ timeout: 15_000 })
    addBook(shelf.folder, 'third.epub', { title: 'The Third Book' })
    await page.getByRole('button', { name: 'Scan Novels' }).click()
    await expect(page.getByText('The scan has begun')).toBeVisible()
    await page.goto(inWorkspace(`/libraries/${libraryId}`))
    await expect(page.getByRole('link', { name: /The Third Book/ })).toBeVisible({ timeout: 20_000 })
  })

  test('a book can be read again', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace(`/libraries/${libraryId}`))
    await page.getByRole('link', { name: /The First Book/ }).click()
    await page.getByRole('button', { name: 'Refresh from file' }).click()
    await expect(page.getByText('Its files are being read again')).toBeVisible()
    await keepScreen(page, 'book-read-again', { widths: allWidths })
  })

  test('the folder picker says how new books will be noticed', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(inWorkspace('/libraries/new'))
    await expect(page.getByText('Watched: new books appear by themselves.')).toBeVisible()
    await keepScreen(page, 'library-new-watched', { widths: allWidths, whole: true })
  })
})
