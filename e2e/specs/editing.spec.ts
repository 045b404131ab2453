import path from 'node:path'
import sharp from 'sharp'
import { addBook, longTitle, makeFolder, type Shelf } from '../src/books.ts'
import { examine } from '../src/examine.ts'
import { type Api, setUp } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

const sizes = [390, 1440] as const
const drawn = (color: string) =>
  sharp({ create: { width: 600, height: 900, channels: 3, background: color } })
    .jpeg()
    .toBuffer()

test.describe('editing books', () => {
  let shelf: Shelf
  let server: CarrelServer
  let api: Api
  let state: StorageState
  let organizationId: string
  let slug: string
  let libraryId: string
  test.beforeAll(async () => {
    shelf = await makeFolder('Books', {
      'signal.epub': {
        title: 'The Fog Signal',
        creators: ['Maren Solheim'],
        publisher: 'Kestrel & Finch',
        cover: await drawn('#335577'),
        subjects: ['Sea'],
      },
      'neko.epub': { title: '吾輩は猫である', creators: ['夏目漱石'], language: 'ja', subjects: ['Sea'] },
      'long.epub': { title: longTitle, creators: ['Theodora Featherstonehaugh-Cholmondeley'], cover: await drawn('#775533') },
      'again.epub': { title: 'The Fog Signal (again)', creators: ['M. Solheim'], cover: await drawn('#225522') },
    })
    server = await startServer([shelf.folder], { SIGN_UP: 'open' })
    const made = await setUp(server, { folders: [shelf.folder] })
    ;({ api, state } = made)
    organizationId = made.organization.id
    slug = made.organization.slug
    const [library] = (await api.get('/libraries', organizationId)) as unknown as { id: string }[]
    libraryId = library?.id ?? ''
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })

  const idOf = async (title: string): Promise<string> => {
    const { items } = (await api.get(`/books?libraryId=${libraryId}&limit=100`, organizationId)) as {
      items: { id: string; title: string }[]
    }
    return items.find((book) => book.title === title)?.id ?? ''
  }
  /** What was said goes away, so that it does not fade while the page is looked at. */
  const quiet = async (page: Page) => {
    const dismiss = page.getByRole('button', { name: 'Dismiss' })
    for (; (await dismiss.count()) > 0; await page.waitForTimeout(400)) await dismiss.first().click()
  }
  const open = async (page: Page, title: string) => {
    await page.goto(`${server.url}/w/${slug}/books/${await idOf(title)}`)
    await page.getByRole('button', { name: 'Edit details' }).click()
    return page.getByRole('dialog', { name: 'Details of this book' })
  }

  test('one: what is written stays while one looks elsewhere, and is not thrown away by a slip', async ({ visit }) => {
    const page = await visit({ storageState: state })
    const dialog = await open(page, '吾輩は猫である')
    const title = dialog.getByRole('textbox', { name: 'Title', exact: true })
    await title.fill('Not saved yet')
    await dialog.getByRole('button', { name: 'Sources' }).click()
    await expect(title).toBeHidden()
    await dialog.getByRole('button', { name: 'Details' }).click()
    await expect(title).toHaveValue('Not saved yet')
    await page.keyboard.press('Escape')
    const question = page.getByRole('alertdialog', { name: 'Leave your changes?' })
    await keepScreen(page, 'edit-leave', { widths: sizes })
    await question.getByRole('button', { name: 'Cancel' }).click()
    await expect(title).toHaveValue('Not saved yet')
    await page.keyboard.press('Escape')
    await question.getByRole('button', { name: 'Leave without saving' }).click()
    await expect(dialog).toBeHidden()
    await page.getByRole('button', { name: 'Edit details' }).click()
    await expect(title).toHaveValue('吾輩は猫である')
  })

  test('one: fields lock, files speak again, mistakes are named, and it is undone', async ({ visit, forgive }) => {
    forgive(/status of 400/)
    const page = await visit({ storageState: state })
    const dialog = await open(page, 'The Fog Signal')
    const title = dialog.getByRole('textbox', { name: 'Title', exact: true })
    await expect(title).toHaveValue('The Fog Signal')
    await title.fill('霧の信号 — The Fog Signal, Revised')
    await dialog.getByRole('button', { name: 'Add a series' }).click()
    await dialog.getByLabel('Series 1', { exact: true }).fill('The Outer Skerries')
    await dialog.getByLabel('Place in series 1').fill('2.5')
    await dialog.getByLabel('Add: Subjects').fill('Norway')
    await page.keyboard.press('Enter')
    await dialog.getByRole('textbox', { name: 'Published', exact: true }).fill('1998-13')
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await expect(dialog.getByText('Write a year, a month or a day')).toBeVisible()
    await expect(dialog.getByText('The files say:').first()).toBeVisible()
    await keepScreen(page, 'edit-book', { widths: sizes })
    await examine(page, 'edit book')
    await dialog.getByRole('textbox', { name: 'Published', exact: true }).fill('1998-04')
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await expect(dialog).toHaveCount(0)
    await expect(page.getByRole('heading', { name: '霧の信号 — The Fog Signal, Revised' })).toBeVisible()
    await expect(page.getByText('The Outer Skerries')).toBeVisible()
    await keepScreen(page, 'edit-undo-toast', { widths: sizes })
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.getByRole('heading', { name: 'The Fog Signal', exact: true })).toBeVisible()

    await page.getByRole('button', { name: 'Edit details' }).click()
    await title.fill('Mine')
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await expect(page.getByRole('heading', { name: 'Mine' })).toBeVisible()
    await quiet(page)
    await page.getByRole('button', { name: 'Edit details' }).click()
    await expect(dialog.getByRole('button', { name: 'Keep Title as it is here' })).toHaveAttribute('aria-pressed', 'true')
    await dialog.getByRole('button', { name: 'Sources' }).click()
    await expect(dialog.getByText('Written here')).toBeVisible()
    await keepScreen(page, 'edit-sources', { widths: sizes })
    await examine(page, 'sources')
    await dialog.getByRole('button', { name: 'History' }).click()
    await expect(dialog.getByText('Undone')).toBeVisible()
    await keepScreen(page, 'edit-history', { widths: sizes })
    await examine(page, 'history')
    await dialog.getByRole('button', { name: 'Details' }).click()
    await dialog.getByRole('button', { name: 'Use what the files say: Title' }).click()
    await expect(title).toHaveValue('The Fog Signal')
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await expect(page.getByRole('heading', { name: 'The Fog Signal', exact: true })).toBeVisible()
  })

  test('a cover: one that is put up holds, and the usual one comes back', async ({ visit }) => {
    const page = await visit({ storageState: state })
    const dialog = await open(page, longTitle)
    await dialog.getByRole('button', { name: 'Cover' }).click()
    const version = async () => (await dialog.getByRole('img', { name: /^Cover of/ }).getAttribute('src')) ?? ''
    const before = await version()
    await dialog.getByLabel('Choose a picture…').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
    await expect(dialog.getByText('Choose a PNG, JPEG or WebP picture.')).toBeVisible()
    await dialog.getByLabel('Choose a picture…').setInputFiles({ name: 'own.jpg', mimeType: 'image/jpeg', buffer: await drawn('#aa3366') })
    await expect(dialog.getByRole('radio', { name: /A picture of yours/ })).toBeChecked()
    await expect.poll(version).not.toBe(before)
    await keepScreen(page, 'edit-cover', { widths: sizes })
    await examine(page, 'cover')
    await dialog.getByRole('radio', { name: /The usual one/ }).click()
    await expect.poll(version, { timeout: 20_000 }).toBe(before)
  })

  test('many: chosen with keys and taps, previewed, changed and undone', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(`${server.url}/w/${slug}/libraries/${libraryId}?sort=title`)
    await page.getByRole('button', { name: 'Select' }).click()
    const cards = page.getByRole('checkbox')
    await expect(cards).toHaveCount(4)
    await cards.first().focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Space')
    await page.getByRole('checkbox', { name: /吾輩は猫である/ }).click()
    await expect(page.getByText('3 chosen')).toBeVisible()
    await keepScreen(page, 'select', { widths: sizes })
    await examine(page, 'selection')
    await page.getByRole('region', { name: 'Chosen books' }).getByRole('button', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit 3 books' })
    await expect(dialog).toBeVisible()
    await dialog.getByLabel('Add: Add subjects').fill('Shelf three')
    await page.keyboard.press('Enter')
    await dialog.getByRole('textbox', { name: 'Publisher' }).fill('Kestrel & Finch')
    await keepScreen(page, 'edit-many', { widths: sizes })
    await examine(page, 'edit many')
    await dialog.getByRole('button', { name: 'Show what changes' }).click()
    await expect(dialog.getByText(/3 of 3 books change/)).toBeVisible()
    await keepScreen(page, 'edit-many-preview', { widths: sizes })
    await examine(page, 'preview')
    await dialog.getByRole('button', { name: 'Change 3 books' }).click()
    await expect(page.getByText('3 books changed')).toBeVisible()
    const cat = await idOf('吾輩は猫である')
    const tags = async () => ((await api.get(`/books/${cat}`, organizationId)) as { tags: string[] }).tags
    expect(await tags()).toContain('Shelf three')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(tags).not.toContain('Shelf three')
  })

  test('two become one and are parted again, on a phone', async ({ visit }) => {
    const page = await visit({ ...phone, storageState: state })
    await page.goto(`${server.url}/w/${slug}/libraries/${libraryId}?sort=title`)
    await page.getByRole('button', { name: 'Select' }).click()
    await page
      .getByRole('checkbox', { name: /The Fog Signal/ })
      .first()
      .click()
    await page.getByRole('checkbox', { name: /\(again\)/ }).click()
    await page.getByRole('region', { name: 'Chosen books' }).getByRole('button', { name: 'Merge' }).click()
    const dialog = page.getByRole('dialog', { name: 'Make 2 books one' })
    await expect(dialog).toBeVisible()
    await keepScreen(page, 'merge', { widths: sizes })
    await examine(page, 'merge')
    await dialog.getByRole('button', { name: 'Make them one' }).click()
    await expect(page.getByText('The books are one now')).toBeVisible()
    await expect(page.getByRole('link', { name: /\(again\)/ })).toHaveCount(0)
    const id = await idOf('The Fog Signal')
    await page.goto(`${server.url}/w/${slug}/books/${id}`)
    await keepScreen(page, 'merged-book', { widths: sizes, whole: true })
    await page.getByRole('button', { name: 'Make again.epub a book of its own' }).click()
    await expect(page.getByText('The file is a book of its own now')).toBeVisible()
    await expect(page.getByText('again.epub', { exact: true })).toHaveCount(0)
    await page.getByRole('button', { name: 'Edit details' }).click()
    await page.getByRole('button', { name: 'History' }).click()
    await page.getByRole('listitem').filter({ hasText: 'made a file a book of its own' }).getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('listitem').filter({ hasText: 'made books one' }).getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => idOf('The Fog Signal (again)')).not.toBe('')
  })

  test('what is believed first is a setting of the library', async ({ visit }) => {
    const page = await visit({ storageState: state })
    addBook(shelf.folder, path.join('late', 'late.epub'), { title: 'Late', creators: ['L. Ate'] })
    await page.goto(`${server.url}/w/${slug}/libraries/${libraryId}/settings`)
    await page.getByRole('radio', { name: /^The book file/ }).click()
    await expect(page.getByText('Saved. The books are described anew now.')).toBeVisible()
    await page.reload()
    await expect(page.getByRole('radio', { name: /^The book file/ })).toBeChecked()
    await keepScreen(page, 'library-precedence', { widths: sizes, whole: true })
    await examine(page, 'precedence')
  })
})
