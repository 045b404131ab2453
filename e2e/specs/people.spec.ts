import { makeFolder, type Shelf } from '../src/books.ts'
import { admit, fill, type Person } from '../src/members.ts'
import { type Api, operator, setUp } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

/** Within this time, a page shows what somebody else changed. */
const soon = { timeout: 5000 }
const sizes = [390, 1440] as const
const longName = 'Theodora Featherstonehaugh-Cholmondeley von Württemberg the Younger of Ashgrove'

test.describe('people', () => {
  let server: CarrelServer
  let shelf: Shelf
  let api: Api
  let owner: StorageState
  let organization: { id: string; slug: string }
  let library: string
  let home: string
  test.beforeAll(async () => {
    test.setTimeout(240_000)
    shelf = await makeFolder('Manuals', {
      'a.epub': { title: 'Proofs of the Northern Press', creators: ['Sigrid Aas'] },
      'b.epub': { title: 'The Fog Signal', creators: ['Maren Solheim'] },
    })
    server = await startServer([shelf.folder], { SIGN_UP: 'open' })
    const made = await setUp(server, { library: 'Field manuals', folders: [shelf.folder] })
    ;({ api, organization } = made)
    owner = made.state
    library = made.libraryId ?? ''
    home = `${server.url}/w/${organization.slug}`
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })

  const signedIn = async (person: Person) => ({ storageState: await person.api.storageState() })

  test('a role that is made and given changes the screen of its holder', async ({ visit, forgive }) => {
    forgive(/status of 403/)
    const gil = await admit(server, organization.id, 'Gil Guest', 'guest')
    const page = await visit({ storageState: owner })
    const guest = await visit(await signedIn(gil))
    await guest.goto(home)
    await expect(guest.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(nav(guest, 'Home')).toBeVisible()
    await expect(nav(guest, 'People')).toHaveCount(0)
    await expect(nav(guest, 'Activity')).toHaveCount(0)

    await page.goto(home)
    await nav(page, 'People').click()
    await page.getByRole('link', { name: 'Roles', exact: true }).click()
    await page.getByRole('link', { name: 'New role' }).click()
    await page.getByLabel('Name of the role').fill('Greeter')
    await page.getByLabel('Explanation').fill('Knows everybody.')
    await page.getByRole('checkbox', { name: 'See who is in the workspace' }).click()
    await keepScreen(page, 'role-new', { widths: sizes })
    await page.getByRole('button', { name: 'Create role' }).click()
    await expect(page.getByRole('link', { name: 'Greeter' })).toBeVisible()
    await keepScreen(page, 'roles', { widths: sizes })

    await page.getByRole('link', { name: 'Members', exact: true }).click()
    await page.getByRole('button', { name: 'More for Gil Guest' }).click()
    await page.getByRole('menuitem', { name: 'Change roles…' }).click()
    const roles = page.getByRole('dialog', { name: 'Roles of Gil Guest' })
    await expect(roles.getByRole('checkbox', { name: 'Guest' })).toBeChecked()
    await roles.getByRole('checkbox', { name: 'Greeter' }).click()
    await keepScreen(page, 'member-roles', { widths: sizes })
    await roles.getByRole('button', { name: 'Save changes' }).click()
    await expect(nav(guest, 'People')).toBeVisible(soon)
    await expect(page.getByRole('listitem').filter({ hasText: 'Gil Guest' }).getByText('Greeter')).toBeVisible()

    // Who looks on sees roles by the names that they may know, and nothing to press.
    await nav(guest, 'People').click()
    await expect(guest.getByRole('list', { name: 'Members' }).getByText('Robin Ashgrove')).toBeVisible()
    await expect(guest.getByRole('button', { name: 'More for Robin Ashgrove' })).toHaveCount(0)
    await expect(guest.getByText(operator.email)).toHaveCount(0)
    await expect(guest.getByRole('link', { name: 'Roles', exact: true })).toHaveCount(0)

    // A right that is taken closes the page that it opened, while it is looked at.
    await page.getByRole('link', { name: 'Roles', exact: true }).click()
    await page.getByRole('link', { name: 'Greeter' }).click()
    await expect(page.getByRole('link', { name: 'One person has it' })).toBeVisible()
    await page.getByRole('checkbox', { name: 'See who is in the workspace' }).click()
    await page.getByRole('checkbox', { name: 'See the activity of the workspace' }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect(guest.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible(soon)
    await expect(nav(guest, 'Activity')).toBeVisible()
    await expect(nav(guest, 'People')).toHaveCount(0)

    await page.getByRole('button', { name: 'Delete role…' }).click()
    await expect(page.getByRole('alertdialog')).toContainText('Gil Guest loses what only this role allows.')
    await keepScreen(page, 'role-delete', { widths: sizes })
    await page.getByRole('button', { name: 'Delete role', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Of this workspace' })).toBeVisible()
    await expect(nav(guest, 'Activity')).toHaveCount(0, soon)
  })

  test('nobody gives what they do not hold', async ({ visit }) => {
    const adam = await admit(server, organization.id, 'Adam Admin', 'admin')
    const page = await visit(await signedIn(adam))
    await page.goto(`${home}/people?q=robin`)
    await page.getByRole('button', { name: 'More for Robin Ashgrove' }).click()
    await expect(page.getByRole('menuitem', { name: /Remove from workspace/ })).toBeDisabled()
    await page.getByRole('menuitem', { name: 'Change roles…' }).click()
    const roles = page.getByRole('dialog')
    await expect(roles.getByRole('checkbox', { name: 'Owner' })).toBeDisabled()
    await expect(roles.getByText('Goes beyond your own rights')).toBeVisible()
    await expect(roles.getByRole('checkbox', { name: 'Librarian' })).toBeEnabled()
    await keepScreen(page, 'member-roles-beyond', { widths: sizes })
    await page.keyboard.press('Escape')
    await page.goto(`${home}/people/roles/new`)
    await expect(page.getByRole('checkbox', { name: 'Delete the workspace' })).toBeDisabled()
    await expect(page.getByText('You don’t hold this right yourself.')).toHaveCount(1)
    await page.goto(`${home}/people/roles/owner`)
    await expect(page.getByText(/comes with Carrel/)).toBeVisible()
    await expect(page.getByRole('checkbox')).toHaveCount(0)
    await keepScreen(page, 'role-built-in', { widths: sizes })
  })

  test('the last owner is told what to do first', async ({ visit, forgive }) => {
    forgive(/status of 409/)
    const page = await visit({ storageState: owner })
    await page.goto(`${home}/people?q=robin`)
    await page.getByRole('button', { name: 'More for Robin Ashgrove' }).click()
    await page.getByRole('menuitem', { name: 'Leave workspace…' }).click()
    await page.getByRole('button', { name: 'Leave workspace', exact: true }).click()
    await expect(page.getByRole('alert')).toContainText('Make somebody else an owner first')
    await keepScreen(page, 'last-owner', { widths: sizes })
  })

  test('a restricted library opens with a team, and closes with it', async ({ visit, forgive }) => {
    forgive(/status of 404/)
    const mina = await admit(server, organization.id, 'Mina Member', 'member')
    const page = await visit({ storageState: owner })
    const member = await visit(await signedIn(mina))
    await member.goto(home)
    await expect(nav(member, /Field manuals/)).toBeVisible()

    await page.goto(`${home}/libraries/${library}`)
    await page.getByRole('button', { name: 'More for this library' }).click()
    await page.getByRole('menuitem', { name: 'Who finds it' }).click()
    await page.getByRole('radio', { name: 'Only people and teams chosen here' }).click()
    await expect(nav(member, /Field manuals/)).toHaveCount(0, soon)
    await expect(member.getByRole('heading', { name: 'Your shelves are empty' })).toBeVisible()
    await expect(page.getByText('Nobody is chosen yet')).toBeVisible()
    await keepScreen(page, 'access-empty', { widths: sizes })

    await page.goto(`${home}/people/teams`)
    await expect(page.getByRole('heading', { name: 'No teams yet' })).toBeVisible()
    await keepScreen(page, 'teams-empty', { widths: sizes })
    await page.getByRole('button', { name: 'New team' }).click()
    await page.getByLabel('Name of the team').fill('Reading circle')
    await page.getByRole('button', { name: 'Create team' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Reading circle' })).toBeVisible()
    await page.getByRole('button', { name: 'Add people' }).click()
    await expect(page.getByRole('combobox', { name: 'Search people' })).toBeFocused()
    await page.keyboard.type('mina')
    await expect(page.getByRole('option')).toHaveCount(1)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await keepScreen(page, 'team-add', { widths: sizes })
    await page.getByRole('button', { name: 'Add 1 person' }).click()
    await expect(page.getByRole('list', { name: 'Members' }).getByText('Mina Member')).toBeVisible()

    await page.goto(`${home}/libraries/${library}/access`)
    await page.getByRole('button', { name: 'Add people or teams' }).click()
    await page.getByRole('option', { name: /Reading circle/ }).click()
    await page.getByRole('button', { name: 'Open to one' }).click()
    await expect(nav(member, /Field manuals/)).toBeVisible(soon)
    await expect(page.getByRole('combobox', { name: 'What Reading circle may do' })).toContainText('Viewer')

    // A manager of the one library may choose for it, and does not see the settings of others.
    await expect(page.getByRole('dialog')).toBeHidden()
    await page.getByRole('combobox', { name: 'What Reading circle may do' }).click()
    await page.getByRole('option', { name: /Manager/ }).click()
    await expect(
      page.getByRole('list', { name: 'Chosen people and teams' }).getByText('Does everything in it, and decides who finds it'),
    ).toBeVisible()
    await keepScreen(page, 'access', { widths: sizes })
    await nav(member, /Field manuals/).click()
    await member.getByRole('button', { name: 'More for this library' }).click()
    await member.getByRole('menuitem', { name: 'Who finds it' }).click()
    await expect(member.getByRole('list', { name: 'Chosen people and teams' }).getByText('Reading circle')).toBeVisible()

    await page.goto(`${home}/people/teams`)
    await page.getByRole('link', { name: 'Reading circle' }).click()
    await page.getByRole('button', { name: 'Take Mina Member out of the team' }).click()
    await page.getByRole('button', { name: 'Take out', exact: true }).click()
    await expect(member.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible(soon)
    await expect(nav(member, /Field manuals/)).toHaveCount(0)
  })

  test('a member who is removed is told so, and nothing stays on the page', async ({ visit, forgive }) => {
    forgive(/status of 40[134]/)
    const nora = await admit(server, organization.id, 'Nora Leaves', 'librarian')
    await api.put(`/libraries/${library}/grants`, { to: { kind: 'person', id: nora.id }, level: 'viewer' }, organization.id)
    const page = await visit({ storageState: owner })
    const member = await visit({ ...phone, ...(await signedIn(nora)) })
    await member.goto(`${home}/libraries/${library}`)
    await expect(member.getByRole('link', { name: /The Fog Signal/ })).toBeVisible()

    await page.goto(`${home}/people?q=nora`)
    await page.getByRole('button', { name: 'More for Nora Leaves' }).click()
    await page.getByRole('menuitem', { name: 'Remove from workspace…' }).click()
    await expect(page.getByRole('alertdialog', { name: 'Remove Nora Leaves from the workspace?' })).toBeVisible()
    await keepScreen(page, 'member-remove', { widths: sizes })
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(member.getByRole('heading', { name: 'You are no longer in this workspace' })).toBeFocused(soon)
    await expect(member.getByText('The Fog Signal')).toHaveCount(0)
    await keepScreen(member, 'membership-ended')
    await expect(page.getByRole('heading', { name: 'Nobody matches “nora”' })).toBeVisible()
    await keepScreen(page, 'people-none', { widths: sizes })
    await member.getByRole('link', { name: 'Go home' }).click()
    await expect(member.getByRole('heading', { name: 'You aren’t in a workspace yet' })).toBeVisible()
  })

  test('a hundred and more members scroll to their end, are searched, and one of them leaves', async ({ visit }) => {
    const names = ['佐藤 花', longName, 'الجاحظ', ...Array.from({ length: 117 }, (_, index) => `Reader ${String(index).padStart(3, '0')}`)]
    const [first, second] = await fill(server, organization.id, names)
    const { roleId } = (await api.post(
      '/roles',
      { name: '漫画 editors', description: 'Look after the manga shelf.', permissions: ['library:scan'] },
      organization.id,
    )) as { roleId: string }
    for (const id of [first, second]) await api.put(`/members/${id}/roles`, { roles: ['member', roleId] }, organization.id)
    const otto = await admit(server, organization.id, 'Otto Owner', 'owner')

    const page = await visit({ storageState: owner })
    await page.goto(`${home}/people`)
    const members = page.getByRole('list', { name: 'Members' }).getByRole('listitem')
    await expect(members.first()).toBeVisible()
    await keepScreen(page, 'people', { widths: sizes })
    await expect(async () => {
      await page.keyboard.press('End')
      await expect(page.getByText('佐藤 花')).toBeInViewport({ timeout: 300 })
    }).toPass()
    await page.getByRole('searchbox', { name: 'Search by name or address' }).fill('theodora')
    await expect(members).toHaveCount(1)
    await expect(page).toHaveURL(/q=theodora/)
    await keepScreen(page, 'people-long-name', { widths: sizes })
    await page.goto(`${home}/people/roles`)
    await page.getByRole('listitem').filter({ hasText: '漫画 editors' }).getByRole('link', { name: '2 people' }).click()
    await expect(members).toHaveCount(2)
    await page.goBack()
    await expect(page.getByRole('heading', { name: 'Built in' })).toBeVisible()

    const leaver = await visit({ ...phone, ...(await signedIn(otto)) })
    await leaver.goto(home)
    await leaver.getByRole('link', { name: 'Me', exact: true }).click()
    await expect(leaver.getByRole('link', { name: 'People' })).toBeVisible()
    await keepScreen(leaver, 'me-workspace')
    await leaver.getByRole('button', { name: /^Leave / }).click()
    await leaver.getByRole('alertdialog').getByRole('button', { name: 'Leave workspace' }).click()
    await expect(leaver.getByRole('button', { name: /^Leave / })).toHaveCount(0)
  })

  test('activity tells what happened in sentences', async ({ visit }) => {
    const gala = await admit(server, organization.id, 'Gala Given', 'guest')
    await api.put(`/members/${gala.id}/roles`, { roles: ['guest', 'member'] }, organization.id)
    const page = await visit({ storageState: owner })
    await page.goto(`${home}/activity`)
    const told = page.getByRole('button', { name: 'Robin Ashgrove gave Gala Given the role Member' })
    await expect(told).toBeVisible()
    await told.click()
    await expect(page.getByText('Guest, Member', { exact: true }).or(page.getByText('Member, Guest', { exact: true }))).toBeVisible()
    await keepScreen(page, 'activity', { widths: sizes })
    await page.getByRole('combobox', { name: 'Kind of change' }).click()
    await page.getByRole('option', { name: 'Libraries', exact: true }).click()
    await expect(page).toHaveURL(/kind=library/)
    await expect(told).toHaveCount(0)
    await expect(page.getByText('added the library')).toBeVisible()
    await page.getByRole('combobox', { name: /^Done by/ }).click()
    await page.getByRole('combobox', { name: 'Search people' }).fill('gala')
    await page.getByRole('option', { name: 'Gala Given' }).click()
    await expect(page.getByRole('heading', { name: 'Nothing of this kind yet' })).toBeVisible()
    await keepScreen(page, 'activity-none', { widths: sizes })
    await page.getByRole('button', { name: 'Show everything' }).click()
    await expect(told).toBeVisible()
    // What happens elsewhere appears by itself.
    await api.post('/teams', { name: 'Night watch' }, organization.id)
    await expect(page.getByRole('button', { name: 'Robin Ashgrove made the team Night watch' })).toBeVisible(soon)
  })
})

const nav = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', typeof name === 'string' ? { name, exact: true } : { name })
