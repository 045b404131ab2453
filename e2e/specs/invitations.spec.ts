import { type Mailbox, startMailbox } from '@carrel/mail/testing'
import { makeFolder, type Shelf } from '../src/books.ts'
import { examine } from '../src/examine.ts'
import { addLibrary, type Api, setUp, signIn } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, freePort, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

const nora = { name: 'Nora Lindqvist', email: 'nora@example.org', password: 'a boat under the pier' }
const hana = { name: '佐藤 花', email: 'hana@example.org', password: 'the cat has no name yet' }
const bothWidths = [390, 1440] as const

test.describe('invitations', () => {
  let server: CarrelServer
  let mailbox: Mailbox
  let shelves: Shelf[]
  let api: Api
  let state: StorageState
  let workspace: { id: string; slug: string }
  let page: string
  test.beforeAll(async () => {
    mailbox = await startMailbox()
    shelves = [
      await makeFolder('Manuals', { 'a.epub': { title: 'Mending Copper Pipes', creators: ['Sigrid Aas'] } }),
      await makeFolder('Novels', { 'b.epub': { title: 'The Fog Signal', creators: ['Maren Solheim'] } }),
    ]
    const port = await freePort()
    server = await startServer(
      shelves.map(({ folder }) => folder),
      {
        PORT: `${port}`,
        APP_URL: `http://localhost:${port}`,
        SMTP_HOST: '127.0.0.1',
        SMTP_PORT: `${mailbox.port}`,
        SMTP_SECURE: 'none',
        SMTP_FROM: 'Carrel <books@example.org>',
      },
    )
    const made = await setUp(server, { library: 'Novels', folders: [shelves[1]?.folder ?? ''] })
    ;({ api, state, organization: workspace } = made)
    const manuals = await addLibrary(api, workspace.id, 'Field manuals', [shelves[0]?.folder ?? ''])
    await api.patch(`/libraries/${manuals}`, { visibility: 'restricted' }, workspace.id)
    page = `${server.url}/w/${workspace.slug}/people/invitations`
  })
  test.afterAll(async () => {
    await server?.remove()
    await mailbox?.stop()
    for (const shelf of shelves ?? []) shelf.remove()
  })

  test('a guest is invited by mail, makes an account and sees the one library', async ({ visit }) => {
    const owner = await visit({ storageState: state })
    await owner.goto(page)
    await expect(owner.getByRole('heading', { name: 'Nobody is waiting' })).toBeVisible()
    await keepScreen(owner, 'invitations-empty', { widths: bothWidths, whole: true })

    await owner.getByRole('button', { name: 'Invite people' }).click()
    const dialog = owner.getByRole('dialog', { name: 'Invite people' })
    await dialog.getByRole('button', { name: 'Send invitations' }).click()
    await expect(dialog.getByText('Enter at least one e-mail address.')).toBeVisible()
    await expect(dialog.getByLabel('E-mail addresses')).toBeFocused()
    await dialog.getByLabel('E-mail addresses').fill('Nora Lindqvist <nora@example.org>; pavel@example.org\nrobin@example.org, nobody')
    await expect(dialog.getByText('1 isn’t an e-mail address')).toBeVisible()
    await dialog.getByRole('checkbox', { name: 'Member', exact: true }).uncheck()
    await dialog.getByRole('checkbox', { name: 'Guest' }).check()
    await keepScreen(owner, 'invite-dialog', { widths: bothWidths })
    await dialog.getByRole('button', { name: /Teams and libraries/ }).click()
    await dialog.getByLabel('Field manuals').selectOption('viewer')
    await dialog.getByLabel('Open for').scrollIntoViewIfNeeded()
    await examine(owner, 'invite-dialog')
    await keepScreen(owner, 'invite-dialog-libraries', { widths: bothWidths })
    await dialog.getByRole('button', { name: 'Send 3 invitations' }).click()
    await expect(dialog.getByRole('alert').getByText('Mend or remove')).toBeVisible()
    await dialog.getByLabel('E-mail addresses').fill('Nora Lindqvist <nora@example.org>; pavel@example.org\nrobin@example.org')
    await dialog.getByRole('button', { name: 'Send 3 invitations' }).dblclick()
    const result = owner.getByRole('dialog', { name: '2 people are invited' })
    await expect(result.getByText('Already a member')).toBeVisible()
    await examine(owner, 'invite-result')
    await keepScreen(owner, 'invite-result', { widths: bothWidths })
    await result.getByRole('button', { name: 'Done' }).click()
    await expect(row(owner, nora.email)).toContainText('Sent just now · expires in 7 days')
    await expect(row(owner, nora.email)).toContainText('Guest · Field manuals (Viewer)')

    const link = await linkIn(mailbox, nora.email)
    const guest = await visit(phone)
    await guest.goto(link)
    await expect(guest.getByRole('heading', { name: 'Join Ashgrove Readers' })).toBeVisible()
    await expect(guest.getByLabel('E-mail')).toHaveValue(nora.email)
    await expect(guest.getByLabel('E-mail')).not.toBeEditable()
    await examine(guest, 'join-new')
    await keepScreen(guest, 'join-new', { widths: bothWidths, whole: true })
    const second = await guest.context().newPage()
    await second.goto(link)
    await guest.getByLabel('Your name').fill(nora.name)
    await guest.getByLabel('Password').fill(nora.password)
    await guest.getByRole('button', { name: 'Create account and join' }).dblclick()
    await expect(guest).toHaveURL(`${server.url}/w/${workspace.slug}`)
    await expect(guest.getByRole('main').getByRole('link', { name: /Field manuals/ })).toBeVisible()
    await expect(guest.getByText('Novels')).toHaveCount(0)
    const { items } = (await api.get('/invitations?pending=false', workspace.id)) as { items: { email: string; state: string }[] }
    expect(items).toMatchObject([{ email: nora.email, state: 'accepted' }])

    // The other tab, and the way back, are calm.
    await second.reload()
    await expect(second.getByRole('heading', { name: 'You are in Ashgrove Readers' })).toBeVisible()
    await examine(second, 'join-arrived')
    await keepScreen(second, 'join-arrived', { widths: bothWidths })
    await second.getByRole('link', { name: 'Open the workspace' }).click()
    await expect(second).toHaveURL(`${server.url}/w/${workspace.slug}`)
    await guest.goto(`${server.url}/w/${workspace.slug}/people/invitations`)
    await expect(guest.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible()
  })

  test('a revoked invitation has ended for who opens its link; a copied link says what it is', async ({ visit, forgive }) => {
    forgive(/status of 404/)
    const owner = await visit({ storageState: state })
    await owner.goto(page)
    await row(owner, 'pavel@example.org').getByRole('button', { name: 'Link for pavel@example.org' }).click()
    const link = await owner.getByRole('dialog').getByRole('textbox', { name: 'Link for pavel@example.org' }).inputValue()
    await expect(owner.getByText('it doesn’t prove that the address belongs')).toBeVisible()
    await keepScreen(owner, 'invitation-link', { widths: bothWidths })
    await owner.getByRole('button', { name: 'Close' }).click()

    const invited = await visit()
    await invited.goto(link)
    await expect(invited.getByText('Robin Ashgrove invites pavel@example.org.')).toBeVisible()
    await row(owner, 'pavel@example.org').getByRole('button', { name: 'More for pavel@example.org' }).click()
    await owner.getByRole('menuitem', { name: 'Revoke…' }).click()
    await examine(owner, 'invitation-revoke')
    await keepScreen(owner, 'invitation-revoke', { widths: bothWidths })
    await owner.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    await expect(owner.getByRole('heading', { name: 'Nobody is waiting' })).toBeVisible()
    await owner.getByRole('button', { name: 'Past' }).click()
    await expect(row(owner, 'pavel@example.org')).toContainText('Revoked')
    await expect(owner).toHaveURL(/show=past/)
    await keepScreen(owner, 'invitations-past', { widths: bothWidths, whole: true })

    await invited.reload()
    await expect(invited.getByRole('heading', { name: 'This invitation has ended' })).toBeVisible()
    for (const path of ['/join/short', `/join/${'a'.repeat(43)}`]) {
      await invited.goto(server.url + path)
      await expect(invited.getByRole('heading', { name: 'This link leads to no invitation' })).toBeVisible()
    }
    await keepScreen(invited, 'join-unknown', { widths: bothWidths })
  })

  test('while the mail server is down an invitation waits, and is sent when it is back', async ({ visit }) => {
    mailbox.answer(({ step }) => (step === 'connect' ? { code: 421, text: 'Come back later' } : undefined))
    await api.post('/invitations', { emails: [hana.email, 'late@example.org'], roles: ['member'] }, workspace.id)
    const owner = await visit({ storageState: state })
    await owner.goto(page)
    await expect(row(owner, hana.email)).toContainText(/Waiting for the mail server, tried .*Come back later/, { timeout: 30_000 })
    await examine(owner, 'invitations')
    await keepScreen(owner, 'invitations-waiting', { widths: bothWidths, whole: true })
    await row(owner, 'late@example.org').getByRole('button', { name: 'More for late@example.org' }).click()
    await owner.getByRole('menuitem', { name: 'Revoke…' }).click()
    await owner.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    mailbox.answer(null)
    await expect(row(owner, hana.email)).toContainText(/Sent/, { timeout: 90_000 })
    expect(await linkIn(mailbox, hana.email)).toContain('/join/')
    // What was revoked while it waited is not sent any more.
    await owner.getByRole('button', { name: 'Past' }).click()
    await expect(row(owner, 'late@example.org')).toContainText('Revoked')
    await expect.poll(() => mailOf('late@example.org'), { timeout: 60_000 }).toMatchObject({ state: 'failed' })
    expect(mailbox.messages.filter(({ envelope }) => envelope.to.includes('late@example.org'))).toEqual([])
  })

  async function mailOf(email: string): Promise<unknown> {
    const { items } = (await api.get('/invitations?pending=false', workspace.id)) as { items: { email: string; mail: unknown }[] }
    return items.find((item) => item.email === email)?.mail
  }

  test('somebody else is signed in: a choice, and never a silent switch', async ({ visit }) => {
    const link = await linkIn(mailbox, hana.email)
    const shared = await visit({ storageState: state })
    await shared.goto(link)
    await expect(shared.getByText('You are signed in with robin@example.org. The invitation is for hana@example.org.')).toBeVisible()
    await examine(shared, 'join-other')
    await keepScreen(shared, 'join-other', { widths: bothWidths, whole: true })
    // On its own session, so that the owner stays signed in elsewhere.
    const page = await visit()
    await page.goto(`${server.url}/sign-in`)
    await signIn(page, nora)
    await expect(page).toHaveURL(`${server.url}/w/${workspace.slug}`)
    await page.goto(link)
    await page.getByRole('button', { name: 'Sign out and use hana@example.org' }).click()
    await expect(page.getByLabel('Your name')).toBeVisible()
    expect(page.url()).toBe(link)
    await page.getByLabel('Your name').fill(hana.name)
    await page.getByLabel('Password').fill(hana.password)
    await page.getByRole('button', { name: 'Create account and join' }).click()
    await expect(page.getByRole('main').getByRole('link', { name: /Novels/ })).toBeVisible()
  })

  test('a join link is shown once and brings in people with and without accounts', async ({ visit, forgive }) => {
    forgive(/status of 409/, /status of 401/)
    const owner = await visit({ storageState: state })
    await owner.goto(page)
    await owner.getByRole('button', { name: 'New join link' }).click()
    const dialog = owner.getByRole('dialog', { name: 'New join link' })
    await dialog.getByLabel('How many may join').fill('3')
    await keepScreen(owner, 'join-link-new', { widths: bothWidths })
    await dialog.getByRole('button', { name: 'Make link' }).click()
    const link = await owner.getByRole('textbox', { name: 'Join link' }).inputValue()
    await examine(owner, 'join-link-ready')
    await keepScreen(owner, 'join-link-ready', { widths: bothWidths })
    await owner.getByRole('button', { name: 'Done' }).click()
    await expect(owner.getByText('0 of 3 joined')).toBeVisible()

    const visitor = await visit(phone)
    await visitor.goto(link)
    await visitor.getByLabel('Your name').fill('Luis Ferreira')
    await visitor.getByLabel('E-mail').fill(nora.email)
    await visitor.getByLabel('Password').fill('something else again')
    await visitor.getByRole('button', { name: 'Create account and join' }).click()
    await expect(visitor.getByText('There is an account with this address.')).toBeVisible()
    await keepScreen(visitor, 'join-exists', { widths: bothWidths, whole: true })
    await visitor.getByRole('link', { name: 'Sign in', exact: true }).click()
    await expect(visitor.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    await expect(visitor.getByLabel('E-mail')).toHaveValue(nora.email)
    await visitor.getByLabel('Password').fill(nora.password)
    await visitor.getByRole('button', { name: 'Sign in' }).click()
    await expect(visitor).toHaveURL(link)
    await expect(visitor.getByText(nora.email)).toBeVisible()
    await keepScreen(visitor, 'join-signed-in', { widths: bothWidths, whole: true })
    await visitor.getByRole('button', { name: 'Join', exact: true }).dblclick()
    await expect(visitor).toHaveURL(`${server.url}/w/${workspace.slug}`)
    await owner.reload()
    await expect(owner.getByText('0 of 3 joined')).toBeVisible()

    const fresh = await visit()
    await fresh.goto(link)
    await fresh.getByLabel('Your name').fill('Luis Ferreira')
    await fresh.getByLabel('E-mail').fill('luis@example.org')
    await fresh.getByLabel('Password').fill('something else again')
    await fresh.getByRole('button', { name: 'Create account and join' }).click()
    await expect(fresh).toHaveURL(`${server.url}/w/${workspace.slug}`)
    await expect(owner.getByText('1 of 3 joined')).toBeVisible()
    await owner.getByRole('button', { name: /^End link…/ }).click()
    await owner.getByRole('alertdialog').getByRole('button', { name: 'End link' }).click()
    await expect(owner.getByText('No join links.')).toBeVisible()
    const late = await visit()
    await late.goto(link)
    await expect(late.getByRole('heading', { name: 'This link has ended' })).toBeVisible()
  })

  test('an invitation can be declined, after a question', async ({ visit }) => {
    await api.post('/invitations', { emails: ['ines@example.org'], roles: ['guest'] }, workspace.id)
    const page = await visit(phone)
    await page.goto(await linkIn(mailbox, 'ines@example.org'))
    await page.getByRole('button', { name: 'Decline the invitation…' }).click()
    await keepScreen(page, 'join-decline', { widths: bothWidths })
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect(page.getByLabel('Your name')).toBeVisible()
    await page.getByRole('button', { name: 'Decline the invitation…' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Decline' }).click()
    await expect(page.getByRole('heading', { name: 'The invitation is declined' })).toBeVisible()
    await keepScreen(page, 'join-declined', { widths: bothWidths })
    await page.reload()
    await expect(page.getByRole('heading', { name: 'This invitation has ended' })).toBeVisible()
  })

  test('sixty wait, some with long names', async ({ visit }) => {
    await api.post(
      '/roles',
      { name: '漫画編集部 — Japanese comics and everything that is drawn', permissions: ['book:read'] },
      workspace.id,
    )
    const many = Array.from({ length: 58 }, (_, index) => `reader-${index + 1}@example.org`)
    const long = 'wilhelmina.featherstonehaugh-cholmondeley@department-of-slow-rivers.northern-meridian.example.org'
    await api.post('/invitations', { emails: many, roles: ['member', 'guest'] }, workspace.id)
    await api.post('/invitations', { emails: [long, '花子@例え.jp'], roles: ['librarian', 'member'], language: 'ja' }, workspace.id)
    const owner = await visit({ storageState: state })
    await owner.goto(page)
    await expect(row(owner, long)).toContainText('Librarian, Member')
    await keepScreen(owner, 'invitations-many', { widths: bothWidths })
    await owner.getByRole('button', { name: 'Show more' }).click()
    await expect(row(owner, 'reader-58@example.org')).toBeVisible()
    await owner.getByRole('button', { name: 'Invite people' }).click()
    await owner.getByLabel('E-mail addresses').fill(`${many.join(', ')}, ${long}, 佐藤 花 <hana@example.org>`)
    await keepScreen(owner, 'invite-dialog-many', { widths: bothWidths })
  })

  test('who forgot the password sets a new one by mail', async ({ visit, forgive }) => {
    forgive(/status of 400/)
    const visitor = await visit()
    await visitor.goto(`${server.url}/sign-in`)
    await visitor.getByRole('link', { name: 'Forgot your password?' }).click()
    await keepScreen(visitor, 'forgot-password', { widths: bothWidths })
    await examine(visitor, 'forgot-password')
    await visitor.getByLabel('E-mail').fill('nora@example.org')
    await visitor.getByRole('button', { name: 'Send the link' }).click()
    await expect(visitor.getByRole('status').filter({ hasText: 'a mail with a link is on its way' })).toBeVisible()
    await keepScreen(visitor, 'forgot-password-sent', { widths: bothWidths })
    const mail = await mailbox.waitFor(
      ({ envelope, text }) => envelope.to.includes('nora@example.org') && /reset-password/.test(text ?? ''),
      15_000,
    )
    const link = /https?:\/\/\S+\/reset-password\?token=\S+/.exec(mail.text ?? '')?.[0] ?? ''
    await visitor.goto(link)
    await keepScreen(visitor, 'reset-password', { widths: bothWidths })
    await visitor.getByLabel('New password').fill('an altogether new one')
    await visitor.getByRole('button', { name: 'Set the password' }).click()
    await expect(visitor.getByText('Your new password is set.')).toBeVisible()
    await visitor.goto(link)
    await visitor.getByLabel('New password').fill('yet another one')
    await visitor.getByRole('button', { name: 'Set the password' }).click()
    await expect(visitor.getByRole('alert')).toContainText('This link no longer works.')
    await visitor.goto(`${server.url}/sign-in`)
    await visitor.getByLabel('E-mail').fill('nora@example.org')
    await visitor.getByLabel('Password').fill('an altogether new one')
    await visitor.getByRole('button', { name: 'Sign in' }).click()
    await expect(visitor.getByRole('heading', { name: /Good|Still up/ })).toBeVisible()
  })
})

test.describe('invitations without a mail server', () => {
  let server: CarrelServer
  test.beforeAll(async () => {
    server = await startServer([])
  })
  test.afterAll(() => server.remove())

  test('are links to copy, one for each address', async ({ visit }) => {
    const { organization, state } = await setUp(server)
    const owner = await visit({ storageState: state })
    await owner.goto(`${server.url}/w/${organization.slug}/people/invitations`)
    await owner.getByRole('button', { name: 'Invite people' }).click()
    await owner.getByLabel('E-mail addresses').fill('nora@example.org, pavel@example.org')
    await expect(owner.getByText('This server sends no mail.')).toBeVisible()
    await owner.getByRole('button', { name: 'Make 2 invitations' }).click()
    const field = owner.getByRole('textbox', { name: 'Link for nora@example.org' })
    await expect(field).toHaveValue(/\/join\/[\w-]{43}$/)
    await owner.getByRole('button', { name: 'Copy: Link for nora@example.org' }).click()
    await expect(owner.getByRole('button', { name: 'Copy: Link for nora@example.org' })).toHaveText('Copied')
    await keepScreen(owner, 'invite-links', { widths: bothWidths })
    const invited = await visit()
    await invited.goto(await field.inputValue())
    await expect(invited.getByLabel('E-mail')).toHaveValue('nora@example.org')
    await owner.getByRole('button', { name: 'Done' }).click()
    await expect(row(owner, 'nora@example.org')).toContainText('Not sent by mail')
  })
})

const row = (page: Page, email: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: email })

async function linkIn(mailbox: Mailbox, email: string): Promise<string> {
  const mail = await mailbox.waitFor(({ envelope }) => envelope.to.includes(email), 30_000)
  const [link] = /http:\S+\/join\/[\w-]{43}/.exec(mail.text ?? '') ?? []
  if (link === undefined) throw new Error(`No link in the mail:\n${mail.text}`)
  return link
}
