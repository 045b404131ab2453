import { request } from '@playwright/test'
import { makeBooks, type Shelf } from '../src/books.ts'
import { type Api, fillOperator, operator, setUp, signIn } from '../src/people.ts'
import { allWidths, keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

test('the wizard bears wrong codes, impatient clicks and reloads', async ({ visit, forgive }) => {
  forgive(/status of 40[39]/)
  test.setTimeout(240_000)
  const shelf = await makeBooks({ count: 60, broken: false })
  const server = await startServer([shelf.folder])
  try {
    const page = await visit()
    await page.goto(`${server.url}/setup?code=WRONG-CODE`)
    await fillOperator(page)
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(page.getByText('This code isn’t the one that the server printed')).toBeVisible()
    await expect(page.getByLabel('Your name')).toHaveValue(operator.name)
    await keepScreen(page, 'setup-wrong-code', { widths: allWidths })

    await page.goto(`${server.url}/`)
    await expect(page.getByRole('heading', { name: 'Who are you?' })).toBeVisible()
    await page.reload()
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(page.getByText('Please fill this in.').first()).toBeVisible()
    await keepScreen(page, 'setup-you-empty', { widths: allWidths })
    await page.getByLabel('Setup code').fill(` ${new URL(server.setupLink ?? '').searchParams.get('code')} `)
    await fillOperator(page)
    await page.getByRole('button', { name: 'Continue' }).dblclick()

    await expect(page.getByRole('heading', { name: 'Name your workspace' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Name your workspace' })).toBeVisible()
    // Without Latin letters the server makes the address, so nothing but care keeps a second click from a second workspace.
    await page.getByLabel('Workspace name').fill('灯台文庫')
    await page.getByRole('button', { name: 'Continue' }).dblclick()

    await expect(page.getByRole('heading', { name: 'Where are your books?' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Where are your books?' })).toBeVisible()
    await page.getByRole('button', { name: 'Start the scan' }).click()
    await expect(page.getByRole('alert').getByText('Choose at least one folder.')).toBeVisible()
    await keepScreen(page, 'setup-library-missing', { widths: allWidths })
    // Who leaves the wizard here finds the same question at home.
    await page.goto(`${server.url}/`)
    await expect(page.getByRole('heading', { level: 2, name: 'Where are your books?' })).toBeVisible()
    await keepScreen(page, 'home-first-library', { widths: allWidths, whole: true })
    await page.getByRole('button', { name: 'Use this folder' }).click()
    await page.getByRole('button', { name: 'Start the scan' }).dblclick()

    await expect(page.getByRole('heading', { name: /Filling your shelves|Your shelves are ready/ })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Your shelves are ready' })).toBeVisible({ timeout: 90_000 })
    await page.getByRole('link', { name: 'Open your library' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Books' })).toBeVisible()
    await expect(page.getByText('60 books')).toBeVisible()
    await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /Books/ })).toHaveCount(1)
    await page.getByRole('button', { name: /Switch workspace/ }).click()
    await expect(page.getByRole('menuitem', { name: /Owner/ })).toHaveCount(1)

    // The link has done its work: it leads in, or to the sign-in page.
    await page.goto(server.setupLink ?? '')
    await expect(page.getByRole('heading', { level: 1, name: operator.name })).toBeVisible()
    const stranger = await visit()
    await stranger.goto(server.setupLink ?? '')
    await expect(stranger.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    await stranger.context().close()
    await page.context().close()
  } finally {
    await server.remove()
    shelf.remove()
  }
})

test.describe('a server under bad conditions', () => {
  let server: CarrelServer
  let shelf: Shelf
  let api: Api
  let state: StorageState
  let library: string
  let home: string
  test.beforeAll(async () => {
    shelf = await makeBooks({ count: 60 })
    server = await startServer([shelf.folder])
    const made = await setUp(server, { library: 'The big shelf', folders: [shelf.folder] })
    ;({ api, state } = made)
    home = `${server.url}/w/${made.organization.slug}`
    library = `${home}/libraries/${made.libraryId}`
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })

  test('markup in a book is text everywhere', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(home)
    for (const title of ['<img src=x onerror="window.__XSS=1">', '"><svg/onload=window.__XSS=7>']) {
      await searchField(page).fill(
        title
          .replace(/[^a-z]+/gi, ' ')
          .trim()
          .split(' ')[0] ?? '',
      )
      await page.getByRole('list', { name: 'Books found' }).getByRole('link').filter({ hasText: title }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
      await expect(page.getByRole('heading', { name: /^Files?$/ })).toBeVisible()
      await expect(page).toHaveTitle(new RegExp(title.slice(0, 4).replace(/[<>"]/g, '.')))
      await expect(page.locator('main a[href^="javascript:" i], main iframe, main script, main img[src="x"]')).toHaveCount(0)
      await keepScreen(page, title.startsWith('<') ? 'book-markup' : 'book-markup-quote', { widths: [390, 1440], whole: true })
    }
    await page.goto(`${home}/search?q=${encodeURIComponent('<script>window.__XSS=9</script>')}`)
    await expect(page.getByRole('heading', { name: /No title or author matches/ })).toBeVisible()
  })

  test('a slow line shows the shape of the page first, and nothing jumps', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.addInitScript(() => {
      const seen = globalThis as unknown as { jumps: { value: number; what: string }[] }
      seen.jumps = []
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & {
          value: number
          hadRecentInput: boolean
          sources?: { node?: Node }[]
        })[]) {
          if (!entry.hadRecentInput)
            seen.jumps.push({
              value: entry.value,
              what:
                entry.sources?.map(({ node }) => (node instanceof Element ? node.outerHTML.slice(0, 120) : node?.nodeName)).join(' | ') ??
                '',
            })
        }
      }).observe({ type: 'layout-shift', buffered: true })
    })
    const line = await page.context().newCDPSession(page)
    await line.send('Network.enable')
    await line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 300,
      downloadThroughput: 150_000,
      uploadThroughput: 50_000,
    })
    for (const [name, address, arrived] of [
      ['home', home, page.getByRole('region', { name: 'Recently added' }).getByRole('link').first()],
      ['library', library, page.getByRole('list', { name: 'The big shelf' }).getByRole('link').first()],
    ] as const) {
      const shapeSeen = Promise.withResolvers<void>()
      await page.route(/\/rpc\/(books|libraries)\//, async (route) => {
        await shapeSeen.promise
        await route.continue()
      })
      await page.goto(address, { waitUntil: 'commit' })
      await expect(page.locator('main .animate-breathe').filter({ visible: true }).first()).toBeVisible({ timeout: 60_000 })
      await keepScreen(page, `loading-${name}`)
      shapeSeen.resolve()
      await expect(arrived).toBeVisible({ timeout: 60_000 })
      await page.unrouteAll({ behavior: 'wait' })
      const jumps = await page.evaluate(() => (globalThis as unknown as { jumps: { value: number; what: string }[] }).jumps)
      expect(
        jumps.filter(({ value }) => value > 0.02),
        name,
      ).toEqual([])
      expect(
        jumps.reduce((sum, { value }) => sum + value, 0),
        name,
      ).toBeLessThan(0.1)
    }
  })

  test('a restart of the server is said, and waited for', async ({ visit, forgive }) => {
    forgive(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|status of 50\d/)
    const page = await visit({ storageState: state })
    await page.goto(library)
    const cards = page.getByRole('list', { name: 'The big shelf' }).getByRole('link')
    await expect(cards.first()).toBeVisible()
    const pocket = await visit({ ...phone, storageState: state })
    await pocket.goto(library)
    await expect(pocket.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
    await server.stop()
    await expect(page.getByRole('status').getByText('Carrel isn’t answering.')).toBeVisible({ timeout: 60_000 })
    await expect(cards.first()).toBeVisible()
    await keepScreen(page, 'connection-lost', { widths: [820, 1440] })
    const pocketNote = pocket.getByRole('status').getByText('Carrel isn’t answering.')
    await expect(pocketNote).toBeVisible({ timeout: 60_000 })
    await keepScreen(pocket, 'connection-lost')
    const [note, tabs] = [await pocketNote.boundingBox(), await pocket.getByRole('navigation', { name: 'Main' }).boundingBox()]
    expect(note?.y).toBeGreaterThan(200)
    expect((note?.y ?? 0) + (note?.height ?? 0)).toBeLessThan(tabs?.y ?? 0)
    await pocket.context().close()
    await searchField(page).fill('lighthouse')
    await expect(page.getByRole('alert').getByRole('heading', { name: 'Carrel isn’t answering.' })).toBeVisible({ timeout: 60_000 })
    await keepScreen(page, 'error-unreachable')
    await server.start()
    await expect(page.getByRole('status').getByText('Carrel isn’t answering.')).toBeHidden({ timeout: 60_000 })
    await expect(page.getByRole('list', { name: 'Books found' }).getByRole('link').first()).toBeVisible()
  })

  test('a part of the page that cannot be fetched leaves the rest alone', async ({ visit, forgive }) => {
    forgive(/ERR_FAILED|dynamically imported module/)
    const page = await visit({ storageState: state })
    let away = false
    await page.route('**/assets/**', (route) => (away ? route.abort() : route.continue()))
    await page.goto(library)
    await expect(page.getByRole('list', { name: 'The big shelf' }).getByRole('link').first()).toBeVisible()
    away = true
    await page.getByRole('button', { name: /account and appearance/ }).click()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
    away = false
    await page.reload()
    await page.getByRole('button', { name: /account and appearance/ }).click()
    await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible()
  })

  test('an ended session leads to the sign-in page and back', async ({ visit, forgive }) => {
    forgive(/status of 401/)
    const page = await visit()
    await page.goto(library)
    await signIn(page)
    await expect(page.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
    const elsewhere = await request.newContext({
      baseURL: server.url,
      extraHTTPHeaders: { origin: server.url },
      storageState: await page.context().storageState(),
    })
    expect((await elsewhere.post('/api/auth/sign-out', { data: {} })).ok()).toBe(true)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }).click()
    await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('The big shelf')).toHaveCount(0)
    await signIn(page)
    await expect(page.getByRole('heading', { level: 1, name: operator.name })).toBeVisible()
  })

  test('a session that ends while nobody touches the page is noticed', async ({ visit, forgive }) => {
    forgive(/status of 401|ERR_INCOMPLETE_CHUNKED/)
    const page = await visit()
    await page.goto(library)
    await signIn(page)
    await expect(page.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
    const elsewhere = await request.newContext({
      baseURL: server.url,
      extraHTTPHeaders: { origin: server.url },
      storageState: await page.context().storageState(),
    })
    expect((await elsewhere.post('/api/auth/sign-out', { data: {} })).ok()).toBe(true)
    // Streams check again every 30 s.
    await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible({ timeout: 75_000 })
    await signIn(page)
    await expect(page.getByRole('heading', { level: 1, name: 'The big shelf' })).toBeVisible()
  })

  test('odd addresses are answered calmly', async ({ visit, forgive }) => {
    forgive(/status of 40[04]/)
    const page = await visit({ storageState: state })
    for (const address of [
      '/libraries/%00',
      '/books/../../etc/passwd',
      '/libraries/01a1f8bb-4a7a-70be-aae5-e5581065ab9f',
      `/books/${'x'.repeat(2000)}`,
      '/search?q[]=1&q=%F0%9F%A6%8A',
      `/search?q=${'long '.repeat(300)}`,
    ]) {
      await page.goto(home + address)
      await expect(page.getByRole('heading').first(), address).toBeVisible()
      await expect(page.getByText('That didn’t work.'), address).toHaveCount(0)
    }
    expect(await api.get('/account')).toBeTruthy()
  })
})

const searchField = (page: Page) => page.getByRole('searchbox', { name: 'Search titles and authors' })
