import { type Mailbox, startMailbox } from '@carrel/mail/testing'
import { examine } from '../src/examine.ts'
import { operator, setUp, signIn } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, freePort, startServer } from '../src/server.ts'
import { expect, phone, type StorageState, test } from '../src/test.ts'

const sizes = [390, 1440] as const
const next = 'robin.of.the.outer.skerries.and.the.northern.ferry.landing@a-rather-long-domain-name.example.org'

test.describe('the address of an account', () => {
  let server: CarrelServer
  let mailbox: Mailbox
  let state: StorageState
  test.beforeAll(async () => {
    mailbox = await startMailbox()
    const port = await freePort()
    server = await startServer([], {
      PORT: `${port}`,
      APP_URL: `http://127.0.0.1:${port}`,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: `${mailbox.port}`,
      SMTP_SECURE: 'none',
      SMTP_FROM: 'Carrel <books@example.org>',
      RATE_LIMIT: 'true',
    })
    ;({ state } = await setUp(server))
  })
  test.afterAll(async () => {
    await server?.remove()
    await mailbox?.stop()
  })

  const linkIn = async (email: string): Promise<string> => {
    const mail = await mailbox.waitFor((found) => found.envelope.to.includes(email) && /verify-email/.test(found.text ?? ''), 30_000)
    return /http:\S+\/verify-email\/\S+/.exec(mail.text ?? '')?.[0] ?? ''
  }

  test('is confirmed by a link in a mail, in the language of the browser', async ({ visit, forgive }) => {
    forgive(/status of 410/)
    const page = await visit({ storageState: state, locale: 'ja-JP' })
    await page.goto(`${server.url}/me`)
    await expect(page.getByText('Not confirmed')).toBeVisible()
    await keepScreen(page, 'me-unconfirmed', { widths: sizes, whole: true })
    await examine(page, 'me')
    await page.getByRole('button', { name: 'Send a mail to confirm it' }).click()
    await expect(page.getByText(`We sent a link to ${operator.email}.`)).toBeVisible()
    await keepScreen(page, 'me-confirm-sent', { widths: sizes, whole: true })
    expect((await mailbox.waitFor(({ envelope }) => envelope.to.includes(operator.email))).subject).toBe('メールアドレスの確認')

    const link = await linkIn(operator.email)
    const elsewhere = await visit(phone)
    await elsewhere.goto(link)
    await expect(elsewhere.getByRole('heading', { name: 'Confirm your e-mail address' })).toBeVisible()
    await keepScreen(elsewhere, 'verify-email', { widths: sizes })
    await examine(elsewhere, 'verify-email')
    await elsewhere.getByRole('button', { name: 'Confirm this address' }).click()
    await expect(elsewhere.getByRole('heading', { name: 'Address confirmed' })).toBeFocused()
    await keepScreen(elsewhere, 'verify-email-done', { widths: sizes })
    await examine(elsewhere, 'verify-email-done')
    await expect(elsewhere.getByRole('link', { name: 'Sign in' })).toBeVisible()

    await elsewhere.goto(link)
    await elsewhere.getByRole('button', { name: 'Confirm this address' }).click()
    await expect(elsewhere.getByRole('heading', { name: 'This link no longer works' })).toBeFocused()
    await keepScreen(elsewhere, 'verify-email-ended', { widths: sizes })
    await page.reload()
    await expect(page.getByText('Confirmed', { exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Send a mail to confirm it' })).toHaveCount(0)
  })

  test('is changed with the password and a link to the new one; the old one is told', async ({ visit, forgive }) => {
    forgive(/status of 40[139]/)
    const page = await visit({ storageState: state })
    const other = await visit(phone)
    await other.goto(`${server.url}/sign-in`)
    await signIn(other)
    await expect(other.getByRole('link', { name: 'Me', exact: true })).toBeVisible()

    await page.goto(`${server.url}/me`)
    await page.getByRole('button', { name: 'Change address' }).click()
    await expect(page.getByLabel('New address')).toBeFocused()
    await page.getByLabel('New address').fill(operator.email)
    await page.getByLabel('Current password').fill('not my password')
    await page.getByRole('button', { name: 'Send the link' }).click()
    await expect(page.getByText('This is your address already.')).toBeVisible()
    await page.getByLabel('New address').fill(next)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await expect(page.getByText('This isn’t your current password.')).toBeVisible()
    await keepScreen(page, 'me-address', { widths: sizes, whole: true })
    await examine(page, 'change of address')
    await page.getByLabel('Current password').fill(operator.password)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await expect(page.getByText(`We sent a link to ${next}.`)).toBeVisible()
    await expect(page.getByRole('button', { name: 'Change address' })).toBeFocused()
    await keepScreen(page, 'me-address-sent', { widths: sizes, whole: true })

    await page.goto(await linkIn(next))
    await page.getByRole('button', { name: 'Confirm this address' }).click()
    await expect(page.getByRole('heading', { name: 'Your address is changed' })).toBeFocused()
    await keepScreen(page, 'verify-email-changed', { widths: sizes })
    await page.getByRole('link', { name: 'Open Carrel' }).click()
    await page.goto(`${server.url}/me`)
    await expect(page.getByText(next).first()).toBeVisible()
    await keepScreen(page, 'me-address-long', { widths: sizes, whole: true })
    const notice = await mailbox.waitFor(
      ({ envelope, subject }) => envelope.to.includes(operator.email) && /was changed/.test(subject ?? ''),
    )
    expect(notice.text).toContain(next)

    await other.reload()
    await expect(other.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    await signIn(other, { email: next, password: operator.password })
    await expect(other.getByRole('link', { name: 'Me', exact: true })).toBeVisible()
  })

  test('takes ten wrong passwords, then says for how long to wait; who signed in here before is let in', async ({ visit, forgive }) => {
    forgive(/status of (401|429)/)
    const known = await visit()
    await known.goto(`${server.url}/sign-in`)
    await signIn(known, { email: next, password: operator.password })
    await expect(known.getByRole('button', { name: /account and appearance/ })).toBeVisible()
    const page = await visit()
    for (let at = 0; at < 11; at++) {
      const answer = await page.request.post(`${server.url}/api/auth/sign-in/email`, {
        data: { email: next, password: 'wrong' },
        headers: { origin: server.url },
      })
      if (answer.status() === 429) break
    }
    await page.goto(`${server.url}/sign-in`)
    await signIn(page, { email: next, password: operator.password })
    await expect(page.getByText('Too many tries.')).toBeVisible()
    await expect(page.getByText(/Wait \d+ (minutes|seconds), then try again\./)).toBeVisible()
    await keepScreen(page, 'sign-in-too-many', { widths: sizes })
  })
})
