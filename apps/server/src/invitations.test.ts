import { sweepMails } from '@carrel/api'
import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { startMailbox, type Mailbox } from '@carrel/mail/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addMember, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

const appUrl = 'http://books.example.org'
let mailbox: Mailbox
let server: TestServer
beforeAll(async () => {
  mailbox = await startMailbox()
  server = await startTestServer({
    worker: 1,
    env: { APP_URL: appUrl, SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mailbox.port), SMTP_SECURE: 'none', SMTP_FROM: 'books@example.org' },
  })
  await server.db.superuser`update instance set setup_at = now()`
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await mailbox.stop()
})

let organization: string
let owner: Person
let admin: Person
let vault: string
beforeEach(async () => {
  mailbox.answer(null)
  owner = await makePerson(server, 'Olga Owner')
  admin = await makePerson(server, 'Adam Admin')
  organization = (await makeOrganization(server, 'Readers', { owner: [owner], admin: [admin] })).id
  vault = newId()
  await insertRow(server.db.superuser, 'library', { organization_id: organization, id: vault, name: 'Vault', visibility: 'restricted' })
})

const call = (who: Pick<Person, 'cookie'> | null, method: string, path: string, body?: unknown) =>
  server.send(method, `/api/v1${path}`, {
    organization,
    headers: { origin: appUrl },
    ...(who && { cookie: who.cookie }),
    ...(body !== undefined && { body }),
  })
const said = (answer: { status: number; json: unknown }) => [answer.status, (answer.json as { code?: string } | null)?.code]
const address = () => `guest-${newId()}@example.org`
type Created = { results: { email: string; outcome: string; invitationId: string | null }[]; mailed: boolean }
const invite = async (emails: string[], gifts: object = { roles: ['guest'] }, who = owner) => {
  const answer = await call(who, 'POST', '/invitations', { emails, ...gifts })
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.anything()])
  return answer.json as Created
}
const linkIn = async (email: string): Promise<string> => {
  const mail = await mailbox.waitFor((found) => found.envelope.to.includes(email), 15_000)
  return /\/join\/([\w-]{43})/.exec(mail.text ?? '')?.[1] ?? ''
}
const copied = async (invitationId: string | null | undefined, who = owner): Promise<string> => {
  const { json } = await call(who, 'POST', `/invitations/${invitationId}/link`)
  return (json as { path: string }).path.split('/').at(-1) ?? ''
}
const signUp = (token: string, more: object = {}) =>
  call(null, 'POST', '/join/sign-up', { token, name: 'Gil Guest', password: 'long enough', ...more })
const cookieOf = (answer: { headers: Record<string, unknown> }) => ({
  cookie: String((answer.headers['set-cookie'] as string[] | undefined)?.[0]?.split(';')[0]),
})
const account = async (email: string, verified = false) => {
  const person = await makePerson(server, `P ${newId()}`)
  await server.db.superuser`update "user" set email = ${email}, email_verified = ${verified} where id = ${person.id}`
  return person
}
const verified = async (email: string) =>
  (await server.db.superuser<{ verified: boolean }[]>`select email_verified as verified from "user" where email = ${email}`)[0]?.verified
const rolesOf = async (email: string) =>
  (
    await server.db.superuser<{ key: string }[]>`select r.key from member_role r join "user" u on u.id = r.user_id
      where u.email = ${email} and r.organization_id = ${organization} order by r.key`
  ).map((row) => row.key)

describe('an invitation', () => {
  test('arrives by mail, makes an account and a member in one go, with exactly what it gives, and proves the address', async () => {
    const email = address()
    await insertRow(server.db.superuser, 'library', { organization_id: organization, id: newId(), name: 'Other', visibility: 'restricted' })
    const made = await invite([email], { roles: ['guest'], libraries: [{ libraryId: vault, level: 'viewer' }] })
    expect(made).toMatchObject({ mailed: true, results: [{ email, outcome: 'invited' }] })
    const token = await linkIn(email)
    expect((await call(null, 'POST', '/join/preview', { token })).json).toMatchObject({
      state: 'open',
      kind: 'invitation',
      organizationName: 'Readers',
      inviterName: 'Olga Owner',
      email,
      signUp: true,
    })
    const joined = await signUp(token)
    expect([joined.status, joined.json]).toEqual([200, expect.objectContaining({ organizationId: organization, joined: true })])
    const libraries = (await call(cookieOf(joined), 'GET', '/libraries')).json as { name: string }[]
    expect(libraries.map((library) => library.name)).toEqual(['Vault'])
    expect(await rolesOf(email)).toEqual(['guest'])
    expect(await verified(email)).toBe(true)
    expect((await call(null, 'POST', '/join/preview', { token })).json).toMatchObject({ state: 'ended' })
    expect(said(await signUp(token))).toEqual([410, 'ENDED'])
    const log = (await call(owner, 'GET', '/audit')).json as { items: { action: string; targetName: string }[] }
    expect(log.items.map((item) => item.action)).toEqual(['member.created', 'invitation.created'])
  })

  test('whose link was copied lets in and proves nothing', async () => {
    const email = address()
    const { results } = await invite([email])
    expect((await signUp(await copied(results[0]?.invitationId))).status).toBe(200)
    expect(await verified(email)).toBe(false)
  })

  test('is for its address: another account is told so and nothing happens', async () => {
    const email = address()
    const { results } = await invite([email])
    const token = await copied(results[0]?.invitationId)
    const stranger = await account(address(), true)
    expect(said(await call(stranger, 'POST', '/join/accept', { token }))).toEqual([403, 'OTHER_ADDRESS'])
    const invited = await account(email)
    expect(said(await signUp(token))).toEqual([409, 'ACCOUNT_EXISTS'])
    expect((await call(invited, 'POST', '/join/accept', { token })).json).toMatchObject({ joined: true })
    expect((await call(invited, 'POST', '/join/accept', { token })).json).toMatchObject({ organizationId: organization, joined: false })
  })

  test('that two accept at once lets one in, once', async () => {
    const email = address()
    const { results } = await invite([email], { roles: ['member'] })
    const token = await copied(results[0]?.invitationId)
    const answers = await Promise.all([1, 2, 3, 4].map(() => signUp(token)))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect((await server.db.superuser`select from "user" where email = ${email}`).length).toBe(1)
    expect(await rolesOf(email)).toEqual(['member'])
  })

  test('of somebody who is a member meanwhile adds what they lacked', async () => {
    const email = address()
    const { results } = await invite([email], { roles: ['librarian'], libraries: [{ libraryId: vault, level: 'editor' }] })
    const person = await account(email)
    await addMember(server, organization, person, 'guest')
    const token = await copied(results[0]?.invitationId)
    expect((await call(person, 'POST', '/join/accept', { token })).json).toMatchObject({ joined: false })
    expect(await rolesOf(email)).toEqual(['guest', 'librarian'])
  })

  test.each([
    ['revoked', async (id: string) => void (await call(owner, 'DELETE', `/invitations/${id}`)), 'ended'],
    [
      'expired',
      async (id: string) =>
        void (await server.db.superuser`update invitation set expires_at = now() - interval '1 second' where id = ${id}`),
      'expired',
    ],
    [
      'of a suspended workspace',
      async () => void (await server.db.superuser`update organization set suspended_at = now() where id = ${organization}`),
      null,
    ],
  ])('that is %s opens nothing', async (_what, end, state) => {
    const email = address()
    const id = (await invite([email])).results[0]?.invitationId ?? ''
    const tokens = [await linkIn(email), await copied(id)]
    await end(id)
    for (const token of tokens) {
      const preview = await call(null, 'POST', '/join/preview', { token })
      if (state) expect(preview.json).toMatchObject({ state })
      else expect(preview.status).toBe(404)
      expect((await signUp(token)).status).toBe(state ? 410 : 404)
      expect((await call(await account(email), 'POST', '/join/accept', { token })).status).toBe(state ? 410 : 404)
      await server.db.superuser`delete from "user" where email = ${email}`
    }
  })

  test('that was declined is over, and the next one can come', async () => {
    const email = address()
    const { results } = await invite([email])
    const token = await copied(results[0]?.invitationId)
    expect((await call(null, 'POST', '/join/decline', { token })).status).toBe(200)
    expect((await signUp(token)).status).toBe(410)
    const listed = (await call(owner, 'GET', '/invitations?pending=false')).json as { items: { state: string }[] }
    expect(listed.items.map((item) => item.state)).toEqual(['declined'])
    expect((await invite([email])).results[0]?.outcome).toBe('invited')
  })

  test('is made once an address, in one spelling; what is no address is said', async () => {
    const email = address()
    const member = await account(address())
    await addMember(server, organization, member, 'member')
    const memberEmail = (await server.db.superuser<{ email: string }[]>`select email from "user" where id = ${member.id}`)[0]?.email ?? ''
    const { results } = await invite([
      email,
      email.toUpperCase(),
      'no address',
      'a@b@c',
      memberEmail,
      '用户@例え.jp',
      'hanako@例え.jp',
      'x@y.org\r\nBcc: z@y.org',
    ])
    expect(results.map((result) => result.outcome)).toEqual([
      'invited',
      'no-address',
      'no-address',
      'already-member',
      // Nobody could sign in with it.
      'no-address',
      'invited',
      'no-address',
    ])
    expect(results.at(-2)?.email).toBe('hanako@xn--r8jz45g.jp')
    expect((await invite([email])).results.map((result) => result.outcome)).toEqual(['already-invited'])
  })
})

describe('nobody', () => {
  test('invites to more than they could give', async () => {
    const roleOf = async (permissions: string[]) =>
      ((await call(owner, 'POST', '/roles', { name: newId(), permissions })).json as { roleId: string }).roleId
    const host = await account(address())
    await addMember(server, organization, host, 'guest')
    const hosting = await roleOf(['invitation:create', 'invitation:read', 'member:read', 'role:read', 'team:read'])
    await insertRow(server.db.superuser, 'member_role', { organization_id: organization, user_id: host.id, role_id: hosting })
    const strong = await roleOf(['library:delete'])
    const { id: teamId } = (await call(owner, 'POST', '/teams', { name: 'Inner' })).json as { id: string }
    await call(owner, 'PUT', `/libraries/${vault}/grants`, { to: { kind: 'team', id: teamId }, level: 'viewer' })
    const tryTo = async (gifts: object, path = '/invitations') =>
      (await call(host, 'POST', path, path === '/invitations' ? { emails: [address()], ...gifts } : { maxUses: 1, days: 1, ...gifts }))
        .status
    for (const path of ['/invitations', '/join-links']) {
      expect(await tryTo({ roles: ['owner'] }, path)).toBe(403)
      expect(await tryTo({ roles: ['guest', 'admin'] }, path)).toBe(403)
      expect(await tryTo({ roles: [strong] }, path)).toBe(403)
      expect(await tryTo({ roles: ['guest'], teamIds: [teamId] }, path)).toBe(403)
      expect(await tryTo({ roles: ['guest'], libraries: [{ libraryId: vault, level: 'viewer' }] }, path)).toBe(404)
      expect(await tryTo({ roles: ['admin, owner'] }, path)).toBe(400)
      expect(await tryTo({ roles: [newId()] }, path)).toBe(404)
      expect(await tryTo({ roles: ['guest'] }, path)).toBe(200)
    }
    // Nor do they get at what others gave: the link of an owner's invitation would make its finder an owner.
    const { results } = await invite([address()], { roles: ['owner'] })
    for (const what of ['link', 'resend'])
      expect((await call(host, 'POST', `/invitations/${results[0]?.invitationId}/${what}`)).status).toBe(403)
  })

  test('of another workspace reads, sends or ends an invitation, and its id opens nothing', async () => {
    const { results } = await invite([address()])
    const id = results[0]?.invitationId ?? ''
    const stranger = await makePerson(server, 'Stranger')
    const elsewhere = await makeOrganization(server, 'Elsewhere', { owner: [stranger] })
    const there = { cookie: stranger.cookie, organization: elsewhere.id, headers: { origin: appUrl } }
    for (const [method, path] of [
      ['POST', `/invitations/${id}/link`],
      ['POST', `/invitations/${id}/resend`],
      ['DELETE', `/invitations/${id}`],
    ] as const)
      expect((await server.send(method, `/api/v1${path}`, { ...there, body: {} })).status).toBe(404)
    for (const token of [id, id.replaceAll('-', '').padEnd(43, 'A'), 'A'.repeat(43)])
      expect([400, 404]).toContain((await call(null, 'POST', '/join/preview', { token })).status)
  })
})

describe('a join link', () => {
  test('lets in as often as it says, and each once', async () => {
    const made = await call(owner, 'POST', '/join-links', { roles: ['guest'], maxUses: 2, days: 1 })
    const token = (made.json as { path: string }).path.split('/').at(-1) ?? ''
    expect((await call(null, 'POST', '/join/preview', { token })).json).toMatchObject({ kind: 'join-link', email: null, state: 'open' })
    expect((await signUp(token)).status).toBe(400)
    const answers = await Promise.all([1, 2, 3, 4].map(() => signUp(token, { email: address() })))
    expect(answers.map((answer) => String(answer.status)).toSorted()).toEqual(['200', '200', '410', '410'])
    const { items } = (await call(owner, 'GET', '/members?role=guest')).json as { items: unknown[] }
    expect(items).toHaveLength(2)
    const [link] = (await call(owner, 'GET', '/join-links')).json as { uses: number; open: boolean }[]
    expect(link).toMatchObject({ uses: 2, open: false })
  })

  test('that was revoked opens nothing', async () => {
    const made = (await call(owner, 'POST', '/join-links', { roles: ['guest'], maxUses: null, days: null })).json as {
      path: string
      joinLinkId: string
    }
    const token = made.path.split('/').at(-1) ?? ''
    const person = await account(address())
    expect((await call(person, 'POST', '/join/accept', { token })).json).toMatchObject({ joined: true })
    expect((await call(person, 'POST', '/join/accept', { token })).json).toMatchObject({ joined: false })
    expect((await call(owner, 'DELETE', `/join-links/${made.joinLinkId}`)).status).toBe(200)
    expect((await signUp(token, { email: address() })).status).toBe(410)
  })
})

describe('the mail server', () => {
  const mailOf = async (id: string | null | undefined) => {
    const { items } = (await call(owner, 'GET', '/invitations')).json as {
      items: { id: string; mail: { state: string; answer: string; attempts: number } }[]
    }
    return items.find((item) => item.id === id)?.mail
  }

  test('that says no for now gets the mail later, and the page tells', { timeout: 40_000 }, async () => {
    mailbox.answer((step) => (step.step === 'to' ? { code: 450, text: 'come back later' } : undefined))
    const email = address()
    const id = (await invite([email])).results[0]?.invitationId
    await expect.poll(async () => (await mailOf(id))?.attempts, { timeout: 15_000 }).toBeGreaterThan(0)
    expect(await mailOf(id)).toMatchObject({ state: 'queued', answer: expect.stringContaining('come back later') })
    mailbox.answer(null)
    expect(await linkIn(email)).toHaveLength(43)
    await expect.poll(async () => (await mailOf(id))?.state, { timeout: 10_000 }).toBe('sent')
    const [row] = await server.db.superuser`select sealed from mail where invitation_id = ${id ?? ''}`
    expect(row).toEqual({ sealed: null })
  })

  test('gets a mail whose job was lost, and one try at a time', { timeout: 40_000 }, async () => {
    const { superuser } = server.db
    mailbox.answer((step) => (step.step === 'to' ? { code: 450, text: 'come back later' } : undefined))
    const email = address()
    const id = (await invite([email])).results[0]?.invitationId ?? ''
    await expect.poll(async () => (await mailOf(id))?.attempts, { timeout: 15_000 }).toBeGreaterThan(0)
    const [mail] = await superuser<
      { id: string }[]
    >`update mail set created_at = now() - interval '2 minutes' where invitation_id = ${id} returning id`
    const jobs = async () =>
      (await superuser`select from pgboss.job where name = 'mail' and data->>'mailId' = ${mail?.id ?? ''} and state < 'completed'`).length
    await sweepMails(server.deps.boss, server.deps.transact)
    expect(await jobs()).toBe(1)
    await superuser`delete from pgboss.job where name = 'mail' and data->>'mailId' = ${mail?.id ?? ''}`
    mailbox.answer(null)
    await sweepMails(server.deps.boss, server.deps.transact)
    expect(await linkIn(email)).toHaveLength(43)
  })

  test('gets no mail of somebody who was removed meanwhile', { timeout: 40_000 }, async () => {
    mailbox.answer((step) => (step.step === 'to' ? { code: 450, text: 'come back later' } : undefined))
    const email = address()
    const id = (await invite([email], { roles: ['guest'] }, admin)).results[0]?.invitationId ?? ''
    await expect.poll(async () => (await mailOf(id))?.attempts, { timeout: 15_000 }).toBeGreaterThan(0)
    expect((await call(owner, 'DELETE', `/members/${admin.id}`)).status).toBe(200)
    mailbox.answer(null)
    await server.db.superuser`update mail set created_at = now() - interval '2 minutes' where invitation_id = ${id}`
    await server.db.superuser`delete from pgboss.job where name = 'mail'`
    await sweepMails(server.deps.boss, server.deps.transact)
    const state = async () => (await server.db.superuser`select state, answer, sealed from mail where invitation_id = ${id}`)[0]
    await expect
      .poll(state, { timeout: 15_000 })
      .toEqual({ state: 'failed', answer: expect.stringContaining('ended before'), sealed: null })
  })

  test('that refuses for good is not asked again', { timeout: 20_000 }, async () => {
    mailbox.answer((step) => (step.step === 'to' ? { code: 550, text: 'no such user' } : undefined))
    const id = (await invite([address()])).results[0]?.invitationId
    await expect.poll(async () => (await mailOf(id))?.state, { timeout: 15_000 }).toBe('failed')
    expect(await mailOf(id)).toMatchObject({ answer: expect.stringContaining('no such user') })
  })

  test('never gets a header from a name', { timeout: 20_000 }, async () => {
    await server.db.superuser`update "user" set name = ${'Eve\r\nBcc: all@example.org\r\n\r\nhi'} where id = ${owner.id}`
    await server.db.superuser`update organization set name = ${'Club\r\nX-Evil: 1'} where id = ${organization}`
    const email = address()
    await invite([email])
    const mail = await mailbox.waitFor((found) => found.envelope.to.includes(email), 15_000)
    expect(mail.envelope.to).toEqual([email])
    expect(mail.headers.map((header) => header.key)).not.toEqual(expect.arrayContaining(['x-evil']))
    expect(mail.headers.map((header) => header.key)).not.toEqual(expect.arrayContaining(['bcc']))
  })
})

describe('a password reset', () => {
  const post = (path: string, body: object) => server.send('POST', `/api/auth${path}`, { headers: { origin: appUrl }, body })
  const signIn = async (email: string, password: string) => (await post('/sign-in/email', { email, password })).status

  test(
    'comes by mail, works once, ends all sessions and proves no address; nobody learns who has an account',
    { timeout: 30_000 },
    async () => {
      const email = address()
      const { results } = await invite([email])
      const joined = await signUp(await copied(results[0]?.invitationId))
      expect([joined.status, await verified(email)]).toEqual([200, false])

      const unknown = await post('/request-password-reset', { email: address() })
      const known = await post('/request-password-reset', { email })
      expect([known.status, known.text]).toEqual([unknown.status, unknown.text])
      const mail = await mailbox.waitFor((found) => found.envelope.to.includes(email) && /reset-password/.test(found.text ?? ''), 15_000)
      const token = /reset-password\?token=([\w%-]+)/.exec(mail.text ?? '')?.[1] ?? ''
      expect((mail.text ?? '').includes(`${appUrl}/reset-password?token=`)).toBe(true)

      expect((await post('/reset-password', { token: 'wrong', newPassword: 'quite another' })).status).toBe(400)
      expect((await post('/reset-password', { token, newPassword: 'short' })).status).toBe(400)
      expect((await post('/reset-password', { token, newPassword: 'quite another' })).status).toBe(200)
      expect((await post('/reset-password', { token, newPassword: 'and another' })).status).toBe(400)
      expect((await call(cookieOf(joined), 'GET', '/account')).status).toBe(401)
      expect([await signIn(email, 'long enough'), await signIn(email, 'quite another')]).toEqual([401, 200])
      expect(await verified(email)).toBe(false)
    },
  )

  test('leads nowhere else', async () => {
    const answer = await post('/request-password-reset', { email: address(), redirectTo: 'https://evil.example.org' })
    expect(answer.status).toBe(403)
  })
})
