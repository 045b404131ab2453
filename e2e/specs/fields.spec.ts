import { type Shelf, makeFolder } from '../src/books.ts'
import { examine } from '../src/examine.ts'
import { admit } from '../src/members.ts'
import { type Api, setUp } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

const sizes = [390, 1440] as const

test.describe('fields for books', () => {
  let shelf: Shelf
  let server: CarrelServer
  let api: Api
  let state: StorageState
  let organizationId: string
  let book: string
  test.beforeAll(async () => {
    shelf = await makeFolder('Books', {
      'The Fog Signal.epub': { title: 'The Fog Signal', creators: ['Maren Solheim'], publisher: 'Kestrel & Finch' },
    })
    server = await startServer([shelf.folder], { SIGN_UP: 'open' })
    const made = await setUp(server, { folders: [shelf.folder] })
    ;({ api, state } = made)
    organizationId = made.organization.id
    const { items } = (await api.get('/books', organizationId)) as { items: { id: string }[] }
    book = `${server.url}/w/${made.organization.slug}/books/${items[0]?.id}`
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })

  const settings = () => `${server.url}/w/ashgrove-readers/settings`
  const fields = (page: Page) => page.getByRole('list', { name: 'Fields for books' }).getByRole('listitem')
  async function add(page: Page, name: string, kind: string, choices: readonly string[] = []): Promise<void> {
    await page.getByRole('button', { name: 'Add field' }).click()
    const dialog = page.getByRole('dialog', { name: 'New field for books' })
    await dialog.getByLabel('Name of the field').fill(name)
    await dialog.getByLabel('Kind').selectOption({ label: kind })
    for (const [index, choice] of choices.entries()) {
      if (index > 1) await dialog.getByRole('button', { name: 'Add a choice' }).click()
      await dialog.getByLabel(`Choice ${index + 1}`, { exact: true }).fill(choice)
    }
    if (choices.length > 0) await keepScreen(page, 'fields-new', { widths: sizes })
    if (choices.length > 0) await examine(page, 'new field')
    await dialog.getByRole('button', { name: 'Add field' }).click()
    await expect(dialog).toHaveCount(0)
    await expect(fields(page).filter({ hasText: name })).toBeVisible()
  }

  test('are defined in the settings, filled in on the page of a book, changed and deleted', async ({ visit, forgive }) => {
    forgive(/status of 409/)
    const page = await visit({ storageState: state })
    await page.goto(settings())
    await expect(page.getByText('No fields yet.')).toBeVisible()
    await keepScreen(page, 'fields-empty', { widths: sizes, whole: true })
    await add(page, 'Where it stands in the house, and on which of the many shelves there', 'Text')
    await add(page, 'Price', 'A number')
    await add(page, 'Bought', 'A date')
    await add(page, 'Signed', 'Yes or no')
    await add(page, '状態', 'One of a list', ['New', 'Well read', 'Falling apart'])
    await expect(fields(page).last()).toContainText('One of: New, Well read, Falling apart')
    await page.getByRole('button', { name: 'Add field' }).click()
    await page.getByLabel('Name of the field').fill(' PRICE ')
    await page.getByRole('dialog').getByRole('button', { name: 'Add field' }).click()
    await expect(page.getByText('There is a field with this name already.')).toBeVisible()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More for 状態' }).click()
    await keepScreen(page, 'fields-menu', { widths: sizes })
    await page.getByRole('menuitem', { name: 'Move up' }).click()
    await expect(fields(page).nth(3)).toContainText('状態')
    await keepScreen(page, 'fields', { widths: sizes, whole: true })
    await examine(page, 'fields')

    await page.goto(book)
    await page.getByRole('button', { name: 'Edit details' }).click()
    const dialog = page.getByRole('dialog', { name: 'Details of this book' })
    const save = dialog.getByRole('button', { name: 'Save changes' })
    await expect(save).toBeDisabled()
    await dialog.getByLabel(/^Where it stands/).fill('Upstairs, by the window\nsecond from the left')
    await dialog.getByLabel('Price').fill('12.75')
    await dialog.getByLabel('Bought').fill('2019-04-12')
    await dialog.getByLabel('状態').selectOption({ label: 'Well read' })
    await dialog.getByLabel('Signed').selectOption({ label: 'No' })
    await keepScreen(page, 'book-metadata-edit', { widths: sizes })
    await examine(page, 'edit details')
    await save.click()
    await expect(dialog).toHaveCount(0)
    for (const text of ['Upstairs, by the window', '12.75', '12 April 2019', 'Well read', 'No'])
      await expect(page.locator('dd').getByText(text).first()).toBeVisible()
    await keepScreen(page, 'book-metadata', { widths: sizes, whole: true })
    await examine(page, 'book with details')
    await page.getByRole('button', { name: 'Edit details' }).click()
    await dialog.getByLabel('Price').fill('')
    await save.click()
    await expect(page.getByText('12.75')).toHaveCount(0)

    await page.goto(settings())
    await page.getByRole('button', { name: 'More for 状態' }).click()
    await page.getByRole('menuitem', { name: 'Change…' }).click()
    const change = page.getByRole('dialog', { name: 'Change 状態' })
    await expect(change.getByText('One book has a value in it, so its kind stays.')).toBeVisible()
    await expect(change.getByLabel('Kind')).toBeDisabled()
    await expect(change.getByRole('button', { name: 'Remove the choice Well read' })).toBeDisabled()
    await change.getByLabel('Choice 2', { exact: true }).fill('Much loved')
    await change.getByRole('button', { name: 'Remove the choice Falling apart' }).click()
    await keepScreen(page, 'fields-change', { widths: sizes })
    await examine(page, 'change field')
    await change.getByRole('button', { name: 'Save changes' }).click()
    await expect(fields(page).nth(3)).toContainText('One of: New, Much loved')
    await page.getByRole('button', { name: 'More for Bought' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    const confirm = page.getByRole('alertdialog', { name: 'Delete the field Bought?' })
    await expect(confirm.getByText('One book loses what is written in it, for good.')).toBeVisible()
    await keepScreen(page, 'fields-delete', { widths: sizes })
    await confirm.getByRole('button', { name: 'Delete field' }).click()
    await expect(page.getByText('The field Bought is deleted')).toBeVisible()
    await expect(fields(page)).toHaveCount(4)
    await page.goto(book)
    await expect(page.getByText('Much loved')).toBeVisible()
    await expect(page.getByText('12 April 2019')).toHaveCount(0)
  })

  test('are filled in by who may edit by a role, and by a grant on the library; others only read', async ({ visit }) => {
    const { id } = (await api.post('/metadata/fields', { name: 'Lent to', kind: 'text' }, organizationId)) as { id: string }
    const bookId = book.split('/').at(-1) ?? ''
    await api.patch(`/books/${bookId}/metadata`, { values: [{ fieldId: id, value: 'Ivy' }] }, organizationId)
    const librarian = await admit(server, organizationId, 'Lena Librarian', 'librarian')
    const member = await admit(server, organizationId, 'Mika Member', 'member')
    const keeper = await admit(server, organizationId, 'Kim Keeper', 'member')
    const [library] = (await api.get('/libraries', organizationId)) as unknown as { id: string }[]
    const grant = { to: { kind: 'person', id: keeper.id }, level: 'editor' }
    await api.put(`/libraries/${library?.id}/grants`, grant, organizationId)

    for (const who of [librarian, keeper]) {
      const page = await visit({ ...phone, storageState: await who.api.storageState() })
      await page.goto(book)
      await page.getByRole('button', { name: 'Edit details' }).click()
      await page.getByLabel('Lent to').fill(`To ${who.name}`)
      await page.getByRole('button', { name: 'Save changes' }).click()
      await expect(page.locator('dd').getByText(`To ${who.name}`)).toBeVisible()
    }
    const page = await visit({ storageState: await member.api.storageState() })
    await page.goto(book)
    await expect(page.locator('dd').getByText('To Kim Keeper')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Edit details' })).toHaveCount(0)
    // Who looks on sees it change.
    await api.patch(`/books/${bookId}/metadata`, { values: [{ fieldId: id, value: 'Nobody' }] }, organizationId)
    await expect(page.locator('dd').getByText('Nobody')).toBeVisible()
  })
})
