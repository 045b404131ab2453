import sharp from 'sharp'
import { examine } from '../src/examine.ts'
import { type Api, openApi, operator, setUp, signIn } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, phone, type StorageState, test } from '../src/test.ts'

const longName = 'The Society for the Preservation of Ferrymen, Slow Rivers, and All They Carried Across in the Dark'
const otherPassword = 'a lamp in another window'
const sizes = [390, 1440] as const

test.describe('settings', () => {
  let server: CarrelServer
  let api: Api
  let state: StorageState
  test.beforeAll(async () => {
    server = await startServer([], { SIGN_UP: 'open' })
    ;({ api, state } = await setUp(server))
  })
  test.afterAll(() => server.remove())

  const made = async (name: string, slug: string) => (await api.post('/organizations', { name, slug })) as { id: string; slug: string }

  /** Somebody else, signed up and let in. */
  async function join(organizationId: string, name: string, role = 'member'): Promise<{ api: Api; email: string }> {
    const { path } = (await api.post('/join-links', { roles: [role], maxUses: 1, days: 1 }, organizationId)) as { path: string }
    const person = await openApi(server)
    const email = `${crypto.randomUUID()}@example.org`
    await person.post('/join/sign-up', { token: path.split('/').at(-1), name, email, password: otherPassword })
    return { api: person, email }
  }

  test('a workspace gets another name, language and address, and links to the old one lead on', async ({ visit, forgive }) => {
    forgive(/status of 409/)
    await made('Taken already', 'taken')
    const { id } = await made('Slow Rivers', 'rivers')
    const page = await visit({ storageState: state })
    await page.goto(`${server.url}/w/rivers`)
    const other = await page.context().newPage()
    await other.goto(`${server.url}/w/rivers/libraries`)
    await page.bringToFront()

    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click()
    await expect(page.getByRole('heading', { name: 'Workspace settings' })).toBeFocused()
    await expect(page.getByLabel('Workspace name')).toHaveValue('Slow Rivers')
    await keepScreen(page, 'settings-workspace', { widths: sizes, whole: true })
    await examine(page, 'settings')

    const address = page.getByLabel('Address')
    const save = page.getByRole('button', { name: 'Save changes' })
    await expect(save).toBeDisabled()
    await address.fill('new')
    await expect(page.getByText(/Use 2 to 48 small letters/)).toBeVisible()
    await expect(save).toBeDisabled()
    await address.press('End')
    await address.pressSequentially('-')
    await expect(page.getByText(/Use 2 to 48 small letters/)).toBeVisible()
    await address.fill('taken')
    await expect(page.getByText(`${new URL(server.url).host}/w/taken`)).toBeVisible()
    await save.click()
    await expect(page.getByText('Another workspace has this address.')).toBeVisible()
    await expect(address).toBeFocused()
    await keepScreen(page, 'settings-taken', { widths: sizes })

    await address.fill('Slow Waters')
    await page.getByLabel('Workspace name').fill(longName)
    await page.getByRole('radio', { name: /日本語/ }).click()
    await save.click()
    await expect(page).toHaveURL(`${server.url}/w/slow-waters/settings`)
    await expect(page.getByText('Changes saved')).toBeVisible()
    await expect(page.getByRole('button', { name: /Switch workspace/ })).toContainText('The Society for')
    await expect(save).toBeDisabled()
    expect(await api.get('/organization', id)).toMatchObject({ name: longName, slug: 'slow-waters', language: 'ja' })
    await keepScreen(page, 'settings-long', { widths: sizes, whole: true })

    await other.bringToFront()
    await expect(other.getByRole('button', { name: /Switch workspace/ })).toContainText('The Society for')
    await other.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }).click()
    await expect(other).toHaveURL(`${server.url}/w/slow-waters`)
    await other.goto(`${server.url}/w/rivers/search?q=fog#end`)
    await expect(other).toHaveURL(`${server.url}/w/slow-waters/search?q=fog#end`)
    await expect(other.getByRole('searchbox').first()).toHaveValue('fog')
  })

  test('a workspace gets a logo, which its switcher, lists and join links show, and loses it again', async ({ visit, forgive }) => {
    forgive(/status of 422/)
    const { id } = await made('Lamp Keepers', 'lamps')
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"><circle cx="256" cy="256" r="240" fill="#0b3d5c"/><path d="M256 96 L400 400 H112 Z" fill="#ffd166"/></svg>`
    const buffer = await sharp(Buffer.from(svg)).png().toBuffer()
    const page = await visit({ storageState: state })
    await page.goto(`${server.url}/w/lamps/settings`)
    const field = page.getByLabel('Choose a picture')
    const badge = page.getByRole('button', { name: /Switch workspace/ }).locator('img')
    await expect(badge).toHaveCount(0)
    await field.setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) })
    await expect(page.getByText('This is no PNG, JPEG or WebP.')).toBeVisible()
    await field.setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(2 * 1024 * 1024 + 1) })
    await expect(page.getByText('This picture has more than 2 MB.')).toBeVisible()
    await field.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from(svg) })
    await expect(page.getByText('This picture can’t be drawn.')).toBeVisible()
    await keepScreen(page, 'settings-logo-wrong', { widths: sizes })
    await field.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer })
    await expect(page.getByText('The workspace has a new logo')).toBeVisible()
    await expect(badge).toHaveJSProperty('naturalWidth', 256)
    await keepScreen(page, 'settings-logo', { widths: sizes })
    await examine(page, 'logo')

    await page.goto(`${server.url}/workspaces`)
    await expect(page.getByRole('link', { name: /Lamp Keepers/ }).locator('img')).toHaveJSProperty('naturalWidth', 256)
    await keepScreen(page, 'workspaces-logo', { widths: sizes })
    const { path } = (await api.post('/join-links', { roles: ['guest'], maxUses: 1, days: 1 }, id)) as { path: string }
    const visitor = await visit(phone)
    await visitor.goto(`${server.url}${path}`)
    await expect(visitor.getByRole('heading', { name: 'Join Lamp Keepers' })).toBeVisible()
    await expect(visitor.locator('img[src^="data:image/webp"]')).toHaveJSProperty('naturalWidth', 256)
    await keepScreen(visitor, 'join-logo', { widths: sizes })

    await page.goto(`${server.url}/w/lamps/settings`)
    await page.getByRole('button', { name: 'Remove logo' }).click()
    await expect(page.getByText('The logo was removed')).toBeVisible()
    await expect(field).toBeFocused()
    await expect(badge).toHaveCount(0)
    await page.goto(`${server.url}/w/lamps/activity`)
    await expect(page.getByText('Robin Ashgrove removed the logo of Lamp Keepers')).toBeVisible()
  })

  test('a member neither finds the settings nor opens them', async ({ visit }) => {
    const { id } = await made('Quiet Corner', 'quiet-corner')
    const { api: member } = await join(id, 'Noor Haddad')
    const page = await visit({ storageState: await member.storageState() })
    await page.goto(`${server.url}/w/quiet-corner`)
    await expect(page.getByRole('button', { name: /Switch workspace/ })).toContainText('Quiet Corner')
    await expect(page.getByRole('link', { name: 'Settings' })).toHaveCount(0)
    await page.goto(`${server.url}/w/quiet-corner/settings`)
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible()
  })

  test('an owner hands a workspace over', async ({ visit }) => {
    const { id } = await made('Lantern House', 'lantern')
    const page = await visit({ storageState: state })
    await page.goto(`${server.url}/w/lantern/settings`)
    await page.getByRole('button', { name: 'Transfer ownership…' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Who takes over?' })
    await expect(dialog.getByText('There is no other member yet.')).toBeVisible()
    await page.keyboard.press('Escape')
    for (const name of ['佐藤 花', longName, 'Béla Castellanos', 'Chidi Dlamini', 'Guðrún Hallsdóttir', 'Ines Jovanović'])
      await join(id, name)

    await page.reload()
    await page.getByRole('button', { name: 'Transfer ownership…' }).click()
    await expect(dialog.getByRole('radio')).toHaveCount(6)
    await expect(dialog.getByRole('button', { name: 'Choose a member' })).toBeDisabled()
    await keepScreen(page, 'settings-transfer', { widths: sizes })
    await examine(page, 'transfer')
    await dialog.getByRole('radio', { name: new RegExp(longName) }).click()
    await keepScreen(page, 'settings-heir', { widths: sizes })
    await page.setViewportSize({ width: 390, height: 844 })
    const confirm = await dialog.getByRole('button', { name: /^Make The Society/ }).boundingBox()
    expect((confirm?.x ?? 0) + (confirm?.width ?? 0)).toBeLessThan(390)
    await page.setViewportSize({ width: 1440, height: 900 })
    await dialog.getByLabel('Find a member').fill('nobody at all')
    await expect(dialog.getByText('No member has this in their name.')).toBeVisible()
    await dialog.getByLabel('Find a member').fill('花')
    await dialog.getByRole('radio', { name: /佐藤 花/ }).click()
    await dialog.getByRole('button', { name: 'Make 佐藤 花 the owner' }).click()
    await expect(page.getByText('佐藤 花 now owns Lantern House')).toBeVisible()
    await expect(page.getByRole('button', { name: /Switch workspace/ })).toContainText('Admin')
    await expect(page.getByRole('heading', { name: 'Delete this workspace' })).toHaveCount(0)
  })

  test('a deleted workspace can be had back, from the page of workspaces, the switcher and the account', async ({ visit, forgive }) => {
    forgive(/status of 404/)
    const name = '灯台文庫 and friends'
    await made(name, 'lighthouse')
    const page = await visit({ storageState: state })
    await deleteIt()
    await expect(page).toHaveURL(`${server.url}/workspaces`)
    await expect(page.getByText(`Deleted: ${name}`)).toBeVisible()
    await expect(page.getByText(/Goes for good on \d+ \w+ \d{4}/)).toBeVisible()
    await keepScreen(page, 'workspaces', { widths: sizes })
    await examine(page, 'delete')
    await page.goto(`${server.url}/w/lighthouse`)
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible()
    await page.goto(`${server.url}/workspaces`)
    await page.getByRole('button', { name: `Restore ${name}` }).click()
    await expect(page.getByText(`${name} is open again`)).toBeVisible()
    await page.getByRole('link', { name }).click()
    await expect(page).toHaveURL(`${server.url}/w/lighthouse`)

    await deleteIt()
    await page.goto(`${server.url}/me`)
    await page.getByRole('button', { name: /Switch workspace/ }).click()
    await expect(page.getByRole('menuitem', { name: `Restore ${name}` })).toBeVisible()
    await keepScreen(page, 'menu-deleted')
    await page.getByRole('menuitem', { name: `Restore ${name}` }).click()
    await expect(page.getByText(`${name} is open again`)).toBeVisible()

    await deleteIt()
    await page.goto(`${server.url}/me`)
    await expect(page.getByRole('button', { name: `Restore ${name}` })).toBeVisible()
    await keepScreen(page, 'me-deleted', { widths: sizes, whole: true })
    await page.getByRole('button', { name: `Restore ${name}` }).click()
    await expect(page.getByRole('link', { name: `Settings of ${name}` })).toBeVisible()

    async function deleteIt(): Promise<void> {
      await page.goto(`${server.url}/w/lighthouse/settings`)
      await page.getByRole('button', { name: 'Delete workspace…' }).click()
      const dialog = page.getByRole('alertdialog')
      const confirm = dialog.getByRole('button', { name: 'Delete workspace' })
      await expect(confirm).toBeDisabled()
      await dialog.getByLabel(/to confirm/).fill('Lighthouse')
      await expect(confirm).toBeDisabled()
      await keepScreen(page, 'settings-delete', { widths: sizes })
      await dialog.getByLabel(/to confirm/).fill(name)
      await confirm.click()
      await expect(page.getByText(`${name} was deleted`)).toBeVisible()
    }
  })

  test('somebody without a workspace may make one or wait, and is let in as soon as one is theirs', async ({ visit }) => {
    const person = await newPerson('Noor Haddad')
    const page = await visit({ ...phone, storageState: await person.api.storageState() })
    await page.goto(server.url)
    await expect(page.getByRole('heading', { name: 'You aren’t in a workspace yet' })).toBeVisible()
    await expect(page.getByText(person.email)).toBeVisible()
    await keepScreen(page, 'workspaces-none', { widths: sizes })
    await examine(page, 'workspaces')
    await page.getByRole('link', { name: 'Me', exact: true }).click()
    await expect(page.getByText('You aren’t in a workspace yet.')).toBeVisible()
    await keepScreen(page, 'me-none', { whole: true })
    await page.getByRole('link', { name: 'What you can do' }).click()
    await page.getByRole('link', { name: 'Make a workspace' }).click()
    await page.getByLabel('Workspace name').fill('Noor’s books')
    await page.getByRole('button', { name: 'Create workspace' }).click()
    await expect(page).toHaveURL(`${server.url}/w/noors-books`)
  })

  test('a name is changed, and a workspace left; its only owner is told why not', async ({ visit, forgive }) => {
    forgive(/status of 409/)
    const { id } = await made('Ferry Landing', 'ferry')
    const { api: guest } = await join(id, 'Noor', 'admin')
    await guest.post('/organizations', { name: 'Noor’s own', slug: 'noors-own' })
    const page = await visit({ storageState: await guest.storageState() })
    await page.goto(`${server.url}/me`)
    await page.getByRole('button', { name: 'Change name' }).click()
    await expect(page.getByLabel('Your name')).toBeFocused()
    await page.getByLabel('Your name').fill('佐藤 花子 Featherstonehaugh-Cholmondeley of the Outer Skerries and the Northern Ferry')
    await keepScreen(page, 'me-name', { widths: sizes })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect(page.getByRole('button', { name: 'Change name' })).toBeFocused()
    await expect(page.getByRole('button', { name: /account and appearance/ })).toContainText('佐藤 花子')
    await keepScreen(page, 'me-long', { widths: sizes, whole: true })
    await examine(page, 'account')

    await page.getByRole('button', { name: 'Leave Noor’s own' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave workspace' }).click()
    await expect(page.getByRole('alertdialog', { name: 'You are the only owner of Noor’s own' })).toBeVisible()
    await keepScreen(page, 'me-last-owner', { widths: sizes })
    await page.getByRole('button', { name: 'Stay' }).click()

    await page.getByRole('button', { name: 'Leave Ferry Landing' }).click()
    await keepScreen(page, 'me-leave', { widths: sizes })
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave workspace' }).click()
    await expect(page.getByText('You left Ferry Landing')).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Workspaces' })).toBeFocused()
    await expect(page.getByRole('button', { name: 'Leave Ferry Landing' })).toHaveCount(0)
  })

  test('a new password signs out everywhere else, and a session ended from the list is out', async ({ visit, forgive }) => {
    forgive(/status of 40[13]/)
    const person = await newPerson('Mika Tanaka')
    await person.api.post('/organizations', { name: 'Mika’s books', slug: 'mika' })
    const here = await visit({ storageState: await person.api.storageState() })
    const there = await visit({ ...phone, userAgent: iphone })
    await there.goto(`${server.url}/sign-in`)
    await signIn(there, { email: person.email, password: otherPassword })
    await expect(there).toHaveURL(`${server.url}/w/mika`)

    await here.goto(`${server.url}/me`)
    const sessions = here.getByRole('list', { name: 'Where you are signed in' })
    await expect(sessions.getByRole('listitem')).toHaveCount(2)
    await expect(sessions.getByRole('listitem').first()).toContainText('This one')
    await sessions.getByRole('button', { name: /Sign out Safari on iPhone/ }).click()
    await expect(here.getByText('Signed out there')).toBeVisible()
    await expect(sessions.getByRole('listitem')).toHaveCount(1)
    await expect(here.getByRole('heading', { name: 'Where you are signed in' })).toBeFocused()
    await there.reload()
    await expect(there.getByRole('heading', { name: 'Welcome back' })).toBeVisible()

    await signIn(there, { email: person.email, password: otherPassword })
    await expect(there.getByRole('link', { name: 'Me', exact: true })).toBeVisible()
    await here.getByRole('button', { name: 'Change password' }).click()
    await here.getByLabel('Current password').fill('not my password')
    await here.getByLabel('New password').fill('a third lamp by the door')
    await here.getByRole('button', { name: 'Change password' }).click()
    await expect(here.getByText('This isn’t your current password.')).toBeVisible()
    await expect(here.getByLabel('Current password')).toBeFocused()
    await keepScreen(here, 'me-password', { widths: sizes })
    await examine(here, 'sessions')
    await here.getByLabel('Current password').fill(otherPassword)
    await here.getByRole('button', { name: 'Change password' }).click()
    await expect(here.getByText('Password changed')).toBeVisible()
    await expect(sessions.getByRole('listitem')).toHaveCount(1)
    await here.reload()
    await expect(here.getByRole('heading', { name: 'Me' })).toBeVisible()
    await there.reload()
    await expect(there.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    await signIn(there, { email: person.email, password: 'a third lamp by the door' })
    await expect(there.getByRole('link', { name: 'Me', exact: true })).toBeVisible()
  })

  test('twelve sessions fold into a short list, and all others end at once', async ({ visit, browser }) => {
    for (const userAgent of agents) {
      const context = await browser.newContext({ userAgent, baseURL: server.url, extraHTTPHeaders: { origin: server.url } })
      await context.request.post('/api/auth/sign-in/email', {
        data: { email: operator.email, password: operator.password },
        headers: { 'user-agent': userAgent },
      })
      await context.close()
    }
    const page = await visit({ storageState: state })
    await page.goto(`${server.url}/me`)
    const sessions = page.getByRole('list', { name: 'Where you are signed in' })
    await expect(sessions.getByRole('listitem')).toHaveCount(5)
    await keepScreen(page, 'me', { widths: sizes, whole: true })
    await page.getByRole('button', { name: /^Show \d+ more$/ }).click()
    await expect(sessions.getByRole('listitem')).toHaveCount(12)
    await keepScreen(page, 'me-sessions', { widths: sizes, whole: true })
    await examine(page, 'many-sessions')
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await expect(sessions.getByRole('listitem')).toHaveCount(1)
    await expect(page.getByText('Signed out everywhere else')).toBeVisible()
  })

  async function newPerson(name: string): Promise<{ api: Api; email: string }> {
    const { id } = await made('Doorstep', `doorstep-${crypto.randomUUID().slice(0, 8)}`)
    const person = await join(id, name)
    await person.api.post('/members/leave', {}, id)
    return person
  }
})

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
const agents = [
  iphone,
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/127.0 Mobile/15E148 Safari/605.1.15',
  'Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  'KOReader/2026.01 (Linux)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'curl/8.5.0',
  'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Something that nobody knows',
  'Mozilla/5.0 (Linux; Android 14; Pixel Tablet) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
]
