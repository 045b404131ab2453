import { makeBooks, makeFolder, type Shelf } from '../src/books.ts'
import { type Api, setUp, signIn } from '../src/people.ts'
import { allWidths, keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

test.describe('workspaces', () => {
  let server: CarrelServer
  let shelf: Shelf
  let press: Shelf
  let api: Api
  let state: StorageState
  let first: { id: string; slug: string }
  let firstLibrary: string
  test.beforeAll(async () => {
    shelf = await makeBooks({ count: 40, broken: false })
    press = await makeFolder('Press', {
      'a.epub': { title: 'Proofs of the Northern Press', creators: ['Sigrid Aas'] },
      'b.epub': { title: 'Proofs of Copper and Ink', creators: ['Sigrid Aas'] },
    })
    server = await startServer([shelf.folder], { SIGN_UP: 'open' })
    const made = await setUp(server, { library: 'The big shelf', folders: [shelf.folder] })
    ;({ api, state } = made)
    first = made.organization
    firstLibrary = made.libraryId ?? ''
    // A folder that the operator allows later, so that no workspace has it yet.
    await server.stop()
    await server.start([press.folder])
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
    press.remove()
  })

  test('a second workspace starts empty, gets a folder from the operator, and fills', async ({ visit, forgive }) => {
    forgive(/status of 409/)
    const page = await visit({ storageState: state })
    await page.goto(`${server.url}/w/${first.slug}`)
    await switcher(page).click()
    await expect(page.getByRole('menuitem', { name: 'New workspace' })).toBeVisible()
    await keepScreen(page, 'menu-workspaces', { widths: [820, 1440] })
    await page.getByRole('menuitem', { name: 'New workspace' }).click()

    await page.getByLabel('Workspace name').fill('Nordlys Press')
    await page.getByLabel('Address').fill(first.slug)
    await page.getByRole('button', { name: 'Create workspace' }).click()
    await expect(page.getByText('Another workspace has this address.')).toBeVisible()
    await keepScreen(page, 'workspace-taken', { widths: allWidths })
    await page.getByLabel('Address').fill('nordlys')
    await page.getByRole('button', { name: 'Create workspace' }).click()
    await expect(page).toHaveURL(/\/w\/nordlys$/)
    await expect(page.getByRole('heading', { name: 'Where are your books?' })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'No folder is open yet' })).toBeVisible()
    await expect(page.getByText('The big shelf')).toHaveCount(0)
    await keepScreen(page, 'home-no-folder', { widths: allWidths, whole: true })

    await page.getByRole('button', { name: /account and appearance/ }).click()
    await page.getByRole('menuitem', { name: 'Server' }).click()
    await page.getByRole('link', { name: 'Folders', exact: true }).click()
    const folder = page.getByRole('region', { name: press.folder })
    await folder.getByRole('switch', { name: 'Nordlys Press' }).click()
    await expect(folder.getByRole('switch', { name: 'Nordlys Press' })).toBeChecked()
    await expect(folder.getByRole('switch', { name: 'Ashgrove Readers' })).not.toBeChecked()
    await keepScreen(page, 'server-folders', { widths: allWidths })

    await page.goto(`${server.url}/w/nordlys/libraries/new`)
    await page.getByRole('button', { name: 'Use this folder' }).click()
    await page.getByRole('button', { name: 'Add library' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Press' })).toBeVisible()
    await expect(page.getByRole('link', { name: /Proofs of Copper and Ink/ })).toBeVisible({ timeout: 60_000 })

    await switcher(page).click()
    await page.getByRole('menuitem', { name: 'Ashgrove Readers' }).click()
    await expect(page).toHaveURL(new RegExp(`/w/${first.slug}$`))
    await expect(page.getByRole('main').getByRole('link', { name: /The big shelf/ })).toBeVisible()
    await expect(page.getByText('Proofs of')).toHaveCount(0)
  })

  test('two tabs show two workspaces at once and never mix', async ({ visit }) => {
    const { slug, page: reader } = await withSecondWorkspace(visit)
    const writer = await reader.context().newPage()
    await Promise.all([reader.goto(`${server.url}/w/${first.slug}`), writer.goto(`${server.url}/w/${slug}`)])
    const asked: string[] = []
    for (const [page, own] of [
      [reader, first.id],
      [writer, null],
    ] as const) {
      page.on('request', (request) => {
        const organization = request.headers()['x-carrel-organization']
        if (organization !== undefined && (organization === first.id) !== (own === first.id)) asked.push(request.url())
      })
    }
    for (const query of ['Proofs', 'The']) {
      await Promise.all([reader, writer].map((page) => searchField(page).fill(query)))
      const [seen, written] = [found(reader), found(writer)]
      if (query === 'Proofs') {
        await expect(written.getByRole('link')).toHaveCount(2)
        await expect(reader.getByRole('heading', { name: /No title or author matches/ })).toBeVisible()
      } else {
        await expect(seen.getByRole('link').first()).toBeVisible()
        await expect(seen.getByText('Proofs of')).toHaveCount(0)
        await expect(writer.getByText('The Fog Signal')).toHaveCount(0)
      }
    }
    await Promise.all([reader.reload(), writer.reload()])
    await expect(switcher(reader)).toContainText('Ashgrove Readers')
    await expect(switcher(writer)).toContainText('Second of two')
    // A page without a workspace in its address stays with the tab's own.
    await Promise.all([reader.goto(`${server.url}/me`), writer.goto(`${server.url}/me`)])
    await expect(switcher(reader)).toContainText('Ashgrove Readers')
    await expect(switcher(writer)).toContainText('Second of two')
    expect(asked).toEqual([])
  })

  test('the switcher of a phone is a sheet', async ({ visit }) => {
    const page = await visit({ ...phone, storageState: state })
    await page.goto(`${server.url}/w/${first.slug}`)
    await switcher(page).click()
    const sheet = page.getByRole('dialog', { name: 'Workspaces' })
    await expect(sheet.getByRole('link', { name: /Ashgrove Readers/ })).toBeVisible()
    await keepScreen(page, 'sheet-workspaces')
    await sheet.getByRole('link', { name: 'New workspace' }).click()
    await expect(page.getByRole('heading', { name: 'New workspace' })).toBeVisible()
    await keepScreen(page, 'workspace-new')
  })

  test('what belongs to others does not exist', async ({ visit, forgive }) => {
    forgive(/status of 404/)
    const page = await visit()
    await page.goto(`${server.url}/sign-in`)
    await page.getByRole('link', { name: /Make one/ }).click()
    await expect(page.getByRole('heading', { name: 'Create your account' })).toBeVisible()
    await keepScreen(page, 'sign-up', { widths: allWidths })
    await page.getByLabel('Your name').fill('Noor Haddad')
    await page.getByLabel('E-mail').fill('noor@example.org')
    await page.getByLabel('Password').fill('another lamp entirely')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('link', { name: 'Make a workspace' }).click()
    await expect(page.getByRole('heading', { name: 'Name your workspace' })).toBeVisible()
    await page.getByLabel('Workspace name').fill('Noor’s books')
    await page.getByRole('button', { name: 'Create workspace' }).click()
    await expect(page.getByRole('heading', { name: 'Where are your books?' })).toBeVisible()
    await expect(page.getByText('Ask the operator of this server')).toBeVisible()
    const own = new URL(page.url()).pathname

    const { items } = (await api.get(`/books?libraryId=${firstLibrary}`, first.id)) as { items: { id: string }[] }
    const foreign = [
      `/w/${first.slug}`,
      `/w/${first.slug}/libraries/${firstLibrary}`,
      `${own}/libraries/${firstLibrary}`,
      `${own}/libraries/${firstLibrary}/problems`,
      `${own}/libraries/${firstLibrary}/settings`,
      `${own}/books/${items[0]?.id}`,
      `${own}/books/not-an-id`,
      '/admin',
      '/admin/folders',
      '/no/such/page',
    ]
    for (const address of foreign) {
      await page.goto(server.url + address)
      await expect(page.getByRole('heading', { name: 'There is nothing at this address' }), address).toBeVisible()
    }
    await page.goto(server.url + `${own}/books/${items[0]?.id}`)
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible()
    await keepScreen(page, 'not-found', { widths: allWidths })
    await page.goto(server.url + '/no/such/page')
    await keepScreen(page, 'not-found-bare', { widths: allWidths })
    await page.getByRole('link', { name: 'Go home' }).click()
    await expect(page).toHaveURL(server.url + own)
  })

  test('a link sent to somebody who is not signed in leads there after signing in', async ({ visit, forgive }) => {
    forgive(/status of 401/)
    const page = await visit()
    await page.goto(`${server.url}/w/${first.slug}/libraries/${firstLibrary}?sort=title`)
    await signIn(page)
    await expect(page.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
    await expect(page).toHaveURL(/sort=title/)
  })

  async function withSecondWorkspace(visit: (options: object) => Promise<Page>): Promise<{ slug: string; page: Page }> {
    const second = (await api.post('/organizations', { name: 'Second of two', slug: 'second' })) as { id: string; slug: string }
    await api.post('/instance/roots/assign', { organizationId: second.id, path: press.folder })
    await api.post('/libraries', { name: 'Proofs', folders: [press.folder] }, second.id)
    await expect.poll(async () => ((await api.get('/books', second.id)) as { items: unknown[] }).items.length, { timeout: 60_000 }).toBe(2)
    return { slug: second.slug, page: await visit({ storageState: state }) }
  }
})

const switcher = (page: Page) => page.getByRole('button', { name: /Switch workspace/ }).filter({ visible: true })
const searchField = (page: Page) => page.getByRole('searchbox', { name: 'Search titles and authors' })
const found = (page: Page) => page.getByRole('list', { name: 'Books found' })
