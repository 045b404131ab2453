import { readFileSync } from 'node:fs'
import path from 'node:path'
import { filesNamed, makeBooks, type Shelf } from '../src/books.ts'
import { fillOperator, operator, signIn } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { desktop, expect, type Page, phone, type StorageState, test } from '../src/test.ts'

const corpus = process.env['CARREL_CORPUS']
const devices = [
  {
    name: 'desktop in light',
    options: { ...desktop, colorScheme: 'light' as const },
    widths: [820, 1440] as const,
    touch: false,
    ownBooks: !corpus,
  },
  { name: 'phone in dark', options: { ...phone, colorScheme: 'dark' as const }, widths: [390] as const, touch: true, ownBooks: true },
]

for (const { name, options, widths, touch, ownBooks } of devices) {
  test.describe(`a newcomer at a ${name}`, () => {
    test.describe.configure({ mode: 'serial' })
    let server: CarrelServer
    let shelf: Shelf
    let state: StorageState
    let library: string
    test.beforeAll(async () => {
      shelf = ownBooks ? await makeBooks() : { folder: corpus ?? '', remove: () => undefined }
      server = await startServer([shelf.folder])
    })
    test.afterAll(async () => {
      await server.remove()
      shelf.remove()
    })

    test('comes from the printed link to a shelf full of covers', async ({ visit }) => {
      test.setTimeout(240_000)
      const page = await visit(options)
      await page.goto(server.setupLink ?? '')

      await expect(page.getByRole('heading', { name: 'Who are you?' })).toBeVisible()
      await keepScreen(page, 'setup-you', { widths })
      await fillOperator(page)
      await page.getByRole('button', { name: 'Continue' }).click()

      await expect(page.getByRole('heading', { name: 'Name your workspace' })).toBeVisible()
      await page.getByLabel('Workspace name').fill('Ashgrove Readers')
      await expect(page.getByText('/w/ashgrove-readers')).toBeVisible()
      await keepScreen(page, 'setup-workspace', { widths })
      await page.getByRole('button', { name: 'Continue' }).click()

      await expect(page.getByRole('heading', { name: 'Where are your books?' })).toBeVisible()
      await page.getByRole('button', { name: 'Use this folder' }).click()
      await expect(page.getByLabel('Library name')).toHaveValue(path.basename(shelf.folder))
      await page.getByLabel('Library name').fill('The big shelf')
      await keepScreen(page, 'setup-library', { widths })
      await page.getByRole('button', { name: 'Start the scan' }).click()

      await expect(page.getByRole('heading', { name: 'Filling your shelves' })).toBeVisible()
      const covers = page.locator('main img[src*="/cover/"]')
      const open = page.getByRole('link', { name: 'Open your library' })
      await expect.poll(() => covers.count()).toBeGreaterThan(0)
      await keepScreen(page, 'setup-scan')
      await expect.poll(() => covers.count()).toBeGreaterThan(9)
      await expect(page.getByRole('heading', { name: 'Your shelves are ready' })).toBeVisible({ timeout: 180_000 })
      await keepScreen(page, 'setup-done', { widths })
      await open.click()

      await expect(page.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
      await expect(shelfOf(page).getByRole('link').first()).toBeVisible()
      if (ownBooks) await expect.poll(() => coversInView(page)).toBeGreaterThan(2)
      await keepScreen(page, 'library', { widths })
      library = `${page.url()}?sort=title`
      state = await page.context().storageState()
    })

    test('sees the newest books at home', async ({ visit }) => {
      const page = await visit({ ...options, storageState: state })
      await page.goto(server.url)
      await expect(page.getByRole('heading', { level: 1, name: operator.name })).toBeVisible()
      await expect(page.getByRole('region', { name: 'Recently added' }).getByRole('link').first()).toBeVisible()
      if (ownBooks) await expect.poll(() => coversInView(page)).toBeGreaterThan(2)
      await keepScreen(page, 'home', { widths })
    })

    test('opens a book and downloads it, byte by byte', async ({ visit }) => {
      const page = await visit({ ...options, storageState: state })
      await page.goto(library)
      const { card, title } = await aBook(page)
      await card.click()
      await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
      await expect(page.getByRole('heading', { name: /^Files?$/ })).toBeVisible()
      await keepScreen(page, 'book', { widths, whole: true })
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()])
      const received = readFileSync(await download.path())
      const sent = filesNamed(shelf.folder, download.suggestedFilename()).map((file) => readFileSync(file))
      expect(sent.some((bytes) => bytes.equals(received))).toBe(true)
    })

    test('finds a book by its title and by its author while typing', async ({ visit }) => {
      const page = await visit({ ...options, storageState: state })
      await page.goto(library)
      const { title, author } = await aBook(page)
      const field = page.getByRole('searchbox', { name: 'Search titles and authors' })
      const found = page.getByRole('list', { name: 'Books found' }).getByRole('link', { name: title }).first()

      await field.pressSequentially(title.slice(0, 12), { delay: 30 })
      await expect(found).toBeVisible()
      await expect(page).toHaveURL(/\/search\?q=/)
      await keepScreen(page, 'search', { widths })
      await field.fill('')
      await expect(page.getByText('What are you looking for?')).toBeVisible()
      await field.pressSequentially(author, { delay: 10 })
      await expect(found).toBeVisible()
      await field.fill('zzqx no such book')
      await expect(page.getByRole('heading', { name: /No title or author matches/ })).toBeVisible()
      await keepScreen(page, 'search-nothing', { widths })
    })

    test('comes back to the same place on the shelf', async ({ visit }) => {
      const page = await visit({ ...options, storageState: state })
      await page.goto(library)
      await expect(shelfOf(page).getByRole('link').first()).toBeVisible()
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(2600)
      await page.evaluate(() => scrollTo(0, 1500))
      await expect.poll(() => cardInView(page)).not.toBe('')
      const index = await cardInView(page)
      const place = await page.evaluate(() => scrollY)
      expect(place).toBeGreaterThan(1000)
      await page.locator(`a[data-index="${index}"]`).click()
      await expect(page.getByRole('heading', { name: /^Files?$/ })).toBeVisible()
      await page.goBack()
      await expect(page.locator(`a[data-index="${index}"]`)).toBeInViewport()
      await expect.poll(() => page.evaluate(() => Math.round(scrollY))).toBeGreaterThan(place - 60)
      expect(await page.evaluate(() => Math.round(scrollY))).toBeLessThan(place + 60)
    })

    test('signs out and in again', async ({ visit, forgive }) => {
      forgive(/status of 401/)
      const page = await visit({ ...options, storageState: state })
      await page.goto(server.url)
      await expect(page.getByRole('heading', { level: 1, name: operator.name })).toBeVisible()
      if (touch) {
        await page.getByRole('link', { name: 'Me', exact: true }).click()
        await expect(page.getByRole('heading', { level: 1, name: 'Me' })).toBeVisible()
        await keepScreen(page, 'me', { widths })
        await page.getByRole('button', { name: 'Sign out' }).click()
      } else {
        await page.getByRole('button', { name: /account and appearance/ }).click()
        await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible()
        await keepScreen(page, 'menu-account', { widths })
        await page.getByRole('menuitem', { name: 'Sign out' }).click()
      }
      await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
      await page.goto(library)
      await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
      await keepScreen(page, 'sign-in', { widths })

      await signIn(page, { email: operator.email, password: 'not the password' })
      await expect(page.getByRole('alert').getByText('E-mail and password don’t match.')).toBeVisible()
      await keepScreen(page, 'sign-in-wrong', { widths })
      await signIn(page)
      await expect(page.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
    })
  })
}

const shelfOf = (page: Page) => page.getByRole('list', { name: 'The big shelf' })

/** A card of the shelf with a title and an author to search for. */
async function aBook(page: Page) {
  const cards = shelfOf(page).getByRole('link')
  await expect(cards.first()).toBeVisible()
  const texts = (await cards.allInnerTexts()).map((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && line !== 'EPUB')
      .slice(-2),
  )
  const plain = /^[\p{L}\p{N}’' _.,:-]{6,60}$/u
  const at = texts.findIndex(([title = '', author = '']) => plain.test(title) && plain.test(author))
  expect(at, 'a card with title and author').toBeGreaterThanOrEqual(0)
  const [title = '', author = ''] = texts[at] ?? []
  return { card: cards.nth(at), title, author }
}

/** Cover pictures that are really there, in what one sees. */
function coversInView(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      [...document.images].filter((image) => {
        const { top, bottom } = image.getBoundingClientRect()
        return image.src.includes('/cover/') && image.complete && image.naturalWidth > 0 && bottom > 0 && top < innerHeight
      }).length,
  )
}

/** The number of a card that is wholly in view, below what may cover the top and above what may cover the foot. */
function cardInView(page: Page): Promise<string> {
  return page.evaluate(() => {
    const cards = [...document.querySelectorAll('a[data-index]')]
    const card = cards.find((link) => {
      const { top, bottom } = link.getBoundingClientRect()
      return top > 80 && bottom < innerHeight - 80
    })
    return card?.getAttribute('data-index') ?? ''
  })
}
