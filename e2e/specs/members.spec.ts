import { readFileSync } from 'node:fs'
import { type Mailbox, startMailbox } from '@carrel/mail/testing'
import { examine } from '../src/examine.ts'
import { admit, confirmAddress, lastSeen, newcomer } from '../src/members.ts'
import { type Api, setUp } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { freePort, type CarrelServer, startServer } from '../src/server.ts'
import { expect, phone, type StorageState, test } from '../src/test.ts'

const sizes = [390, 1440] as const
const soon = { timeout: 8000 }

test.describe('members', () => {
  let server: CarrelServer
  let mailbox: Mailbox
  let api: Api
  let owner: StorageState
  let workspace: { id: string; slug: string }
  let home: string
  test.beforeAll(async () => {
    mailbox = await startMailbox()
    const port = await freePort()
    server = await startServer([], {
      PORT: `${port}`,
      APP_URL: `http://localhost:${port}`,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: `${mailbox.port}`,
      SMTP_SECURE: 'none',
      SMTP_FROM: 'Carrel <books@example.org>',
      SIGN_UP: 'open',
    })
    const made = await setUp(server)
    ;({ api, state: owner, organization: workspace } = made)
    home = `${server.url}/w/${workspace.slug}`
  })
  test.afterAll(async () => {
    await server?.remove()
    await mailbox?.stop()
  })

  const invite = (email: string, roles: string[], by: Api = api) => by.post('/invitations', { emails: [email], roles }, workspace.id)

  test('an invitation to a confirmed address waits on the page of workspaces and is accepted there', async ({ visit }) => {
    const nora = await newcomer(server, 'Nora Lindqvist', 'nora@example.org')
    await invite(nora.email, ['librarian'])
    const page = await visit({ storageState: await nora.api.storageState() })
    await page.goto(`${server.url}/workspaces`)
    await expect(page.getByText('once you have confirmed that this address is yours')).toBeVisible()
    await expect(page.getByRole('list', { name: 'Invitations for you' })).toHaveCount(0)
    await keepScreen(page, 'own-invitations-unconfirmed', { widths: sizes })
    await examine(page, 'own-invitations-unconfirmed')

    await confirmAddress(server, nora)
    await page.reload()
    const list = page.getByRole('list', { name: 'Invitations for you' })
    await expect(list).toContainText('Ashgrove Readers')
    await expect(list).toContainText('Robin Ashgrove invites you as Librarian.')
    await expect(page.getByText('once you have confirmed')).toHaveCount(0)
    await keepScreen(page, 'own-invitations', { widths: sizes })
    await examine(page, 'own-invitations')
    await page.getByRole('button', { name: 'Join Ashgrove Readers' }).click()
    await expect(page).toHaveURL(home)
    await expect(page.getByRole('button', { name: /Switch workspace/ })).toContainText('Librarian')
  })

  test('the switcher shows one too, and on a phone it is declined there', async ({ visit }) => {
    const hana = await newcomer(server, '佐藤 花', 'hana@example.org')
    await hana.api.post('/organizations', { name: '灯台文庫', slug: 'lighthouse' })
    await confirmAddress(server, hana)
    await invite(hana.email, ['guest'])
    const page = await visit({ storageState: await hana.api.storageState() })
    await page.goto(`${server.url}/w/lighthouse`)
    await page.getByRole('button', { name: /Switch workspace/ }).click()
    const item = page.getByRole('menuitem', { name: /Ashgrove Readers/ })
    await expect(item).toContainText('Robin Ashgrove invites you as Guest.')
    await keepScreen(page, 'menu-invited')
    await examine(page, 'menu-invited')
    await item.click()
    await expect(page).toHaveURL(`${server.url}/workspaces`)
    await expect(page.getByRole('button', { name: 'Join Ashgrove Readers' })).toBeVisible()
    await keepScreen(page, 'own-invitations-beside', { widths: sizes })

    const small = await visit({ ...phone, storageState: await hana.api.storageState() })
    await small.goto(`${server.url}/w/lighthouse`)
    await small.getByRole('button', { name: /Switch workspace/ }).click()
    await expect(small.getByRole('button', { name: 'Join Ashgrove Readers' })).toBeVisible()
    await keepScreen(small, 'sheet-invited', { widths: [390] })
    await examine(small, 'sheet-invited')
    await small.getByRole('button', { name: 'Decline the invitation to Ashgrove Readers…' }).click()
    await small.getByRole('alertdialog').getByRole('button', { name: 'Decline', exact: true }).click()
    await expect(small.getByText('The invitation to Ashgrove Readers is declined')).toBeVisible()
    await expect(small.getByRole('button', { name: 'Join Ashgrove Readers' })).toHaveCount(0)
  })

  test('the list of members tells when each was last there, to those who look after them', async ({ visit }) => {
    const ada = await admit(server, workspace.id, 'Ada Away', 'member')
    await admit(server, workspace.id, 'Nils Never', 'guest')
    await lastSeen(server, ada, 3)
    const page = await visit({ storageState: owner })
    await page.goto(`${home}/people`)
    const row = (name: string) => page.getByRole('list', { name: 'Members' }).getByRole('listitem').filter({ hasText: name })
    await expect(
      row('Ada Away')
        .getByText(/^last here 3 days ago/)
        .filter({ visible: true }),
    ).toBeVisible()
    await expect(row('Nils Never').getByText('never here yet').filter({ visible: true })).toBeVisible()
    await expect(async () => {
      await page.reload()
      await expect(
        row('Robin Ashgrove')
          .getByText(/^last here today/)
          .filter({ visible: true }),
      ).toBeVisible({ timeout: 1500 })
    }).toPass(soon)
    await keepScreen(page, 'members-seen', { widths: [390, 820, 1440] })
    await examine(page, 'members-seen')
    const other = await visit({ storageState: await ada.api.storageState() })
    await other.goto(`${home}/people`)
    await expect(other.getByText('Nils Never')).toBeVisible()
    await expect(other.getByText('never here yet')).toHaveCount(0)
  })

  test('what somebody offered ends with them, and every page says why', async ({ visit }) => {
    const adam = await admit(server, workspace.id, 'Adam Admin', 'admin')
    await invite('pavel@example.org', ['librarian'], adam.api)
    await adam.api.post('/join-links', { roles: ['member'], maxUses: null, days: null }, workspace.id)
    const page = await visit({ storageState: owner })
    await page.goto(`${home}/people/invitations`)
    await expect(page.getByText('pavel@example.org')).toBeVisible()
    await api.delete(`/members/${adam.id}`, workspace.id)
    await expect(page.getByText('pavel@example.org')).toHaveCount(0, soon)
    await expect(page.getByText('ended because its maker left the workspace')).toBeVisible(soon)
    await expect(page.getByRole('button', { name: /^End link/ })).toHaveCount(0)
    await page.getByRole('button', { name: 'Past' }).click()
    const ended = page.getByRole('listitem').filter({ hasText: 'pavel@example.org' })
    await expect(ended).toContainText(/Ended on .* because the inviter left the workspace/)
    await keepScreen(page, 'invitations-ended', { widths: sizes, whole: true })
    await examine(page, 'invitations-ended')
    await page.goto(`${home}/activity?kind=invitation`)
    await expect(page.getByText('Carrel ended the invitation of pavel@example.org, since Adam Admin left the workspace')).toBeVisible()
  })

  test('the activity of some days is looked at and taken away as a file', async ({ visit }) => {
    const page = await visit({ storageState: owner })
    await page.goto(`${home}/activity`)
    await expect(page.getByText('Robin Ashgrove invited nora@example.org')).toBeVisible()
    await page.getByLabel('Until').fill('2020-01-01')
    await expect(page.getByRole('heading', { name: 'Nothing of this kind yet' })).toBeVisible()
    await expect(page).toHaveURL(/to=2020-01-01/)
    await page.getByRole('button', { name: 'Show everything' }).click()
    const today = await page.evaluate(() => new Date().toLocaleDateString('sv-SE'))
    await page.getByLabel('From').fill(today)
    await expect(page.getByText('Robin Ashgrove invited nora@example.org')).toBeVisible()
    await keepScreen(page, 'activity-period', { widths: sizes })
    await page.getByRole('button', { name: 'Download' }).click()
    await keepScreen(page, 'activity-download')
    await examine(page, 'activity-download')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /For a spreadsheet/ }).click()])
    expect(download.suggestedFilename()).toMatch(/^activity-\d{4}-\d\d-\d\d\.csv$/)
    const text = readFileSync(await download.path(), 'utf8')
    expect(text.startsWith('\uFEFFtime,person,')).toBe(true)
    expect(text).toContain('nora@example.org')
    await expect(page.getByText('Robin Ashgrove downloaded the activity as a file (CSV)')).toBeVisible(soon)
  })

  test('a form that is open while somebody else saves follows, and asks before it overwrites', async ({ visit }) => {
    const page = await visit({ storageState: owner })
    await page.goto(`${home}/settings`)
    const name = page.getByLabel('Workspace name')
    await expect(name).toHaveValue('Ashgrove Readers')
    await page.getByRole('radio', { name: /日本語/ }).click()
    await api.patch('/organization', { name: 'Ashgrove Circle' }, workspace.id)
    await expect(name).toHaveValue('Ashgrove Circle', soon)
    await expect(page.getByRole('radio', { name: /日本語/ })).toBeChecked()
    await name.fill('My own words')
    await api.patch('/organization', { name: 'Ashgrove Society' }, workspace.id)
    await expect(page.getByText('Somebody saved a change here meanwhile.')).toBeVisible(soon)
    await expect(page.getByText('Workspace name: Ashgrove Society')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Save changes' })).toBeDisabled()
    await keepScreen(page, 'settings-moved', { widths: sizes })
    await examine(page, 'settings-moved')
    await page.getByRole('button', { name: 'Take what was saved' }).click()
    await expect(name).toHaveValue('Ashgrove Society')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect(page.getByText('Changes saved')).toBeVisible()
    expect(await api.get('/organization', workspace.id)).toMatchObject({ name: 'Ashgrove Society', language: 'ja' })
  })
})
