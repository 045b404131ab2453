import { longTitle, makeFolder, type Shelf } from '../src/books.ts'
import { type Catalogues, startCatalogues } from '../src/catalogues.ts'
import { examine } from '../src/examine.ts'
import { type Api, setUp } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

const sizes = [390, 1440] as const

test.describe('looking books up', () => {
  let catalogues: Catalogues
  let shelf: Shelf
  let server: CarrelServer
  let api: Api
  let state: StorageState
  let organizationId: string
  let slug: string
  test.beforeAll(async () => {
    catalogues = await startCatalogues()
    shelf = await makeFolder('Books', {
      'fog.epub': {
        title: 'Fog Signal',
        creators: ['Maren Solheim'],
        identifier: 'urn:isbn:9783161484100',
        language: null,
        subjects: ['Sea'],
      },
      'neko.epub': { title: '吾輩は猫である', creators: ['夏目漱石'], language: 'ja' },
      'long.epub': { title: longTitle, creators: ['Theodora Featherstonehaugh-Cholmondeley'], identifier: 'urn:isbn:9780306406157' },
    })
    server = await startServer([shelf.folder], { SIGN_UP: 'open', ...catalogues.settings })
    const made = await setUp(server, { folders: [shelf.folder] })
    ;({ api, state } = made)
    organizationId = made.organization.id
    slug = made.organization.slug
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
    await catalogues.close()
  })

  const open = async (page: Page, title: string) => {
    const { items } = (await api.get('/books?limit=100', organizationId)) as { items: { id: string; title: string }[] }
    await page.goto(`${server.url}/w/${slug}/books/${items.find((book) => book.title === title)?.id ?? ''}`)
    await page.getByRole('button', { name: 'Edit details' }).click()
    const dialog = page.getByRole('dialog', { name: 'Details of this book' })
    await expect(dialog.getByText('Details and a cover from Open Library and Google Books.')).toBeVisible()
    return dialog
  }

  test('by ISBN: found, compared, taken over, saved and undone', async ({ visit }) => {
    const page = await visit({ storageState: state })
    const dialog = await open(page, 'Fog Signal')
    await keepScreen(page, 'lookup-start', { widths: sizes })
    await dialog.getByRole('button', { name: 'Look up…' }).click()
    await expect(dialog.getByLabel('ISBN, or title and author')).toHaveValue('9783161484100')
    await expect(dialog.getByLabel('ISBN, or title and author')).toBeFocused()
    expect(catalogues.asked).toEqual([])
    await dialog.getByRole('button', { name: 'Search' }).click()
    const results = dialog.getByRole('list', { name: 'What was found' }).getByRole('button')
    await expect(results).toHaveCount(3)
    await expect.poll(() => dialog.locator('img').evaluateAll((all) => all.every((image) => (image as HTMLImageElement).naturalWidth > 0))).toBe(true) // prettier-ignore
    await keepScreen(page, 'lookup-results', { widths: sizes })
    await examine(page, 'look-up: results')
    await results.first().click()
    await expect(dialog.getByRole('heading', { name: 'What Open Library says' })).toBeFocused()
    const box = (name: string) => dialog.getByRole('checkbox', { name, exact: true })
    await expect(box('Title')).not.toBeChecked()
    await expect(box('Publisher')).toBeChecked()
    await expect(box('Subjects')).not.toBeChecked()
    await keepScreen(page, 'lookup-compare', { widths: sizes })
    await examine(page, 'look-up: comparing')
    await dialog.getByRole('button', { name: 'All results' }).click()
    await expect(results.first()).toBeFocused()
    await results.first().click()
    await box('Title').click()
    await box('Subjects').click()
    await box('Subtitle').click()
    await dialog.getByRole('button', { name: 'Take over' }).click()
    await expect(dialog.getByText('5 fields are filled in. Look them over and save.')).toBeVisible()
    await expect(dialog.getByRole('textbox', { name: 'Title', exact: true })).toHaveValue('The Fog Signal')
    await expect(dialog.getByRole('textbox', { name: 'Subtitle', exact: true })).toHaveValue('')
    await keepScreen(page, 'lookup-taken', { widths: sizes })
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await expect(dialog).toHaveCount(0)
    await expect(page.getByRole('heading', { name: 'The Fog Signal' })).toBeVisible()
    await expect(page.getByText('Kestrel & Finch')).toBeVisible()
    await expect(page.getByText('Lighthouses')).toBeVisible()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.getByRole('heading', { name: 'Fog Signal', exact: true })).toBeVisible()
    await expect(page.getByText('Kestrel & Finch')).toHaveCount(0)
  })

  test('a cover: taken at once, and taken back', async ({ visit }) => {
    const page = await visit({ storageState: state })
    const dialog = await open(page, '吾輩は猫である')
    await dialog.getByRole('button', { name: 'Look up…' }).click()
    await dialog.getByRole('button', { name: 'Search' }).click()
    await dialog.getByRole('button', { name: /岩波書店 · 1990 · Open Library/ }).click()
    await expect(dialog.getByRole('checkbox', { name: 'Publisher' })).toBeChecked()
    await keepScreen(page, 'lookup-japanese', { widths: sizes })
    await dialog.getByRole('button', { name: 'Use this cover' }).click()
    await expect(dialog.getByRole('button', { name: 'Cover changed' })).toBeDisabled()
    await expect(dialog.getByRole('img', { name: /^Cover of/ })).toHaveAttribute('src', /\/cover\/320\.webp/)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.locator('main').getByRole('img', { name: /^Cover of/ })).not.toHaveAttribute('src', /cover/)
  })

  test('nothing found, another try, and a catalogue without patience', async ({ visit }) => {
    const page = await visit({ storageState: state, ...phone })
    const dialog = await open(page, longTitle)
    await dialog.getByRole('button', { name: 'Look up…' }).click()
    await dialog.getByRole('button', { name: 'Search' }).click()
    await expect(dialog.getByRole('heading', { name: 'Nothing was found' })).toBeVisible()
    await keepScreen(page, 'lookup-nothing')
    await examine(page, 'look-up: nothing')
    await dialog.getByRole('button', { name: 'Search for title and author' }).click()
    await expect(dialog.getByLabel('ISBN, or title and author')).toHaveValue(/^A Complete and Unabridged Account .* Theodora/)
    await expect(dialog.getByRole('heading', { name: 'Nothing was found' })).toBeVisible()
    await dialog.getByLabel('ISBN, or title and author').fill('busy')
    await page.keyboard.press('Enter')
    await expect(dialog.getByText('Google Books answers no more questions for now.')).toBeVisible()
    await expect(dialog.getByRole('list', { name: 'What was found' }).getByRole('button')).toHaveCount(1)
    await keepScreen(page, 'lookup-busy')
    await examine(page, 'look-up: a catalogue without patience')
    await dialog.getByRole('button', { name: 'Back to the details' }).click()
    await expect(dialog.getByRole('textbox', { name: 'Title', exact: true })).toHaveValue(longTitle)
    await expect(dialog.getByRole('button', { name: 'Look up…' })).toBeFocused()
  })
})
