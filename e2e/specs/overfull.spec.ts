import { makeBooks, type Shelf } from '../src/books.ts'
import { setUp } from '../src/people.ts'
import { allWidths, keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type StorageState, test } from '../src/test.ts'

const count = 2500

test.describe('a library of some thousand books', () => {
  let server: CarrelServer
  let shelf: Shelf
  let state: StorageState
  let home: string
  let library: string
  test.beforeAll(async () => {
    test.setTimeout(240_000)
    shelf = await makeBooks({ count, covers: 60, broken: false })
    server = await startServer([shelf.folder])
    const made = await setUp(server, { library: 'Everything', folders: [shelf.folder] })
    state = made.state
    home = `${server.url}/w/${made.organization.slug}`
    library = `${home}/libraries/${made.libraryId}`
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })

  test('scrolls to its end without end', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(`${library}?sort=title`)
    const cards = page.getByRole('list', { name: 'Everything' }).getByRole('link')
    await expect(cards.first()).toBeVisible()
    await expect(page.getByText('2,500 books')).toBeVisible()
    await keepScreen(page, 'library-overfull', { widths: allWidths })
    await cards.first().focus()
    const last = page.locator(`a[data-index="${count - 1}"]`)
    await expect(async () => {
      await page.keyboard.press('End')
      await expect(last).toBeInViewport({ timeout: 200 })
    }).toPass({ timeout: 90_000, intervals: [50] })
    // Only what is near the screen exists.
    expect(await cards.count()).toBeLessThan(150)
    await last.click()
    await expect(page.getByRole('heading', { name: /^Files?$/ })).toBeVisible()
    await page.goBack()
    await expect(last).toBeInViewport()
  })

  test('sorts by title, author and age, in its address', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(library)
    const first = page.getByRole('list', { name: 'Everything' }).getByRole('link').first()
    await expect(first).toBeVisible()
    for (const [name, sort] of [
      ['Title', 'title'],
      ['Author', 'author'],
    ] as const) {
      await page.getByRole('button', { name: /Sorted by/ }).click()
      await expect(page.getByRole('menu')).toBeVisible()
      if (sort === 'title') await keepScreen(page, 'menu-sort', { widths: [390, 1440] })
      await page.getByRole('menuitemradio', { name }).click()
      await expect(page).toHaveURL(new RegExp(`sort=${sort}`))
      await expect(page.getByRole('button', { name: new RegExp(`Sorted by ${name}`) })).toBeVisible()
      await expect(first).toBeVisible()
    }
    await page.reload()
    await expect(page.getByRole('button', { name: /Sorted by Author/ })).toBeVisible()
  })

  test('a search among them answers as one types', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(home)
    await expect(page.getByRole('searchbox', { name: 'Search titles and authors' })).toBeVisible()
    await page.keyboard.press('/')
    await page.keyboard.type('the', { delay: 60 })
    await expect(page.getByText('The first 100 books. More letters narrow it down.')).toBeVisible()
    await keepScreen(page, 'search-overfull', { widths: allWidths })
    await page.keyboard.type(' lighthouse', { delay: 60 })
    await expect(page.getByRole('list', { name: 'Books found' }).getByRole('link')).toHaveCount(1)
  })
})
