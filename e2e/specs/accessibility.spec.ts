import type { Locator } from '@playwright/test'
import { makeBooks, type Shelf } from '../src/books.ts'
import { examine } from '../src/examine.ts'
import { operator, setUp } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

test('the whole wizard works by keyboard alone, and every step of it is accessible', async ({ visit }) => {
  test.setTimeout(240_000)
  const shelf = await makeBooks({ count: 40, broken: false })
  const server = await startServer([shelf.folder])
  try {
    const page = await visit()
    await page.goto(server.setupLink ?? '')
    await expect(page.getByRole('heading', { name: 'Who are you?' })).toBeVisible()
    await examine(page, 'setup-you')
    await tabTo(page, page.getByLabel('Your name'))
    await page.keyboard.type(operator.name)
    await tabTo(page, page.getByLabel('E-mail'))
    await page.keyboard.type(operator.email)
    await tabTo(page, page.getByLabel('Password'))
    await page.keyboard.type(operator.password)
    await tabTo(page, page.getByRole('button', { name: 'Continue' }))
    await page.keyboard.press('Enter')

    await expect(page.getByRole('heading', { name: 'Name your workspace' })).toBeFocused()
    await examine(page, 'setup-workspace')
    await tabTo(page, page.getByLabel('Workspace name'))
    await page.keyboard.type('Ashgrove Readers')
    await page.keyboard.press('Enter')

    await expect(page.getByRole('heading', { name: 'Where are your books?' })).toBeFocused()
    const folders = page.getByRole('group', { name: 'Folders' })
    await expect(folders.getByRole('button', { name: 'Fiction', exact: true })).toBeVisible()
    await examine(page, 'setup-library')
    await tabTo(page, folders.getByRole('button', { name: 'Arabic', exact: true }))
    await page.keyboard.press('ArrowDown')
    await expect(folders.getByRole('button', { name: 'Art', exact: true })).toBeFocused()
    await page.keyboard.press('ArrowRight')
    await expect(page.getByText('1 book file directly in this folder.')).toBeVisible()
    await tabTo(page, page.getByRole('navigation', { name: 'Where you are' }).getByRole('button', { name: 'Books' }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByRole('button', { name: 'Use this folder' }))
    await page.keyboard.press('Space')
    await tabTo(page, page.getByRole('button', { name: 'Start the scan' }))
    await page.keyboard.press('Enter')

    await expect(page.getByRole('heading', { name: 'Your shelves are ready' })).toBeVisible({ timeout: 90_000 })
    await examine(page, 'setup-scan')
    await tabTo(page, page.getByRole('link', { name: 'Open your library' }))
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Books' })).toBeFocused()
    await page.context().close()
  } finally {
    await server.remove()
    shelf.remove()
  }
})

test.describe('screens', () => {
  let server: CarrelServer
  let shelf: Shelf
  let state: StorageState
  let library: string
  let home: string
  test.beforeAll(async () => {
    shelf = await makeBooks({ count: 60 })
    server = await startServer([shelf.folder])
    const made = await setUp(server, { library: 'The big shelf', folders: [shelf.folder] })
    state = made.state
    home = `${server.url}/w/${made.organization.slug}`
    library = `${home}/libraries/${made.libraryId}`
  })
  test.afterAll(async () => {
    await server.remove()
    shelf.remove()
  })

  type Screen = {
    name: string
    phoneToo?: true
    address: () => string
    ready: (page: Page) => Locator
    open?: (page: Page) => Promise<void>
  }
  const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).first()
  const screens: Screen[] = [
    {
      name: 'home',
      phoneToo: true,
      address: () => home,
      ready: (page) => page.getByRole('region', { name: 'Recently added' }).getByRole('link').first(),
    },
    {
      name: 'library',
      phoneToo: true,
      address: () => library,
      ready: (page) => page.getByRole('list', { name: 'The big shelf' }).getByRole('link').first(),
    },
    {
      name: 'book',
      phoneToo: true,
      address: () => `${home}/search?q=lighthouse`,
      ready: heading(/^Files?$/),
      open: (page) => page.getByRole('list', { name: 'Books found' }).getByRole('link').first().click(),
    },
    {
      name: 'search',
      phoneToo: true,
      address: () => `${home}/search?q=the`,
      ready: (page) => page.getByRole('list', { name: 'Books found' }).getByRole('link').first(),
    },
    { name: 'search nothing', address: () => `${home}/search?q=zzqx`, ready: heading(/No title or author/) },
    { name: 'search start', address: () => `${home}/search`, ready: heading('What are you looking for?') },
    {
      name: 'libraries',
      address: () => `${home}/libraries`,
      ready: (page) => page.getByRole('main').getByRole('link', { name: /The big shelf/ }),
    },
    {
      name: 'problems',
      phoneToo: true,
      address: () => `${library}/problems`,
      ready: (page) => page.getByText(/^The file is empty\.?$/).first(),
    },
    { name: 'library settings', phoneToo: true, address: () => `${library}/settings`, ready: heading('Remove this library') },
    {
      name: 'remove library',
      address: () => `${library}/settings`,
      ready: (page) => page.getByRole('alertdialog'),
      open: (page) => page.getByRole('button', { name: 'Remove library…' }).click(),
    },
    {
      name: 'new library',
      phoneToo: true,
      address: () => `${home}/libraries/new`,
      ready: (page) => page.getByRole('button', { name: 'Fiction', exact: true }),
    },
    {
      name: 'people',
      phoneToo: true,
      address: () => `${home}/people`,
      ready: (page) => page.getByRole('list', { name: 'Members' }).getByText(operator.name),
    },
    {
      name: 'roles of a member',
      address: () => `${home}/people`,
      ready: (page) => page.getByRole('dialog').getByRole('checkbox', { name: 'Librarian' }),
      open: async (page) => {
        await page.getByRole('button', { name: `More for ${operator.name}` }).click()
        await page.getByRole('menuitem', { name: 'Change roles…' }).click()
      },
    },
    { name: 'roles', phoneToo: true, address: () => `${home}/people/roles`, ready: heading('Built in') },
    { name: 'role', address: () => `${home}/people/roles/librarian`, ready: heading('What it allows') },
    { name: 'new role', phoneToo: true, address: () => `${home}/people/roles/new`, ready: heading('What it allows') },
    { name: 'no teams', address: () => `${home}/people/teams`, ready: heading('No teams yet') },
    {
      name: 'library access',
      phoneToo: true,
      address: () => `${library}/access`,
      ready: (page) => page.getByRole('button', { name: 'Add people or teams' }),
    },
    {
      name: 'choosing people',
      address: () => `${library}/access`,
      ready: (page) => page.getByRole('option').first(),
      open: (page) => page.getByRole('button', { name: 'Add people or teams' }).click(),
    },
    {
      name: 'activity',
      phoneToo: true,
      address: () => `${home}/activity`,
      ready: (page) => page.getByText(/^From address|· From address/),
      open: (page) => page.getByRole('button', { name: /added the library/ }).click(),
    },
    { name: 'new workspace', address: () => `${server.url}/workspaces/new`, ready: heading('New workspace') },
    { name: 'folders of the server', address: () => `${server.url}/admin/folders`, ready: (page) => page.getByRole('switch').first() },
    { name: 'me', phoneToo: true, address: () => `${server.url}/me`, ready: (page) => page.getByRole('radio', { name: /Dark/ }) },
    { name: 'not found', address: () => `${home}/nowhere`, ready: heading('There is nothing at this address') },
  ]
  for (const { name, phoneToo, address, ready, open } of screens) {
    test(`${name}: no violations, light and dark${phoneToo ? ', desktop and phone' : ''}`, async ({ visit }) => {
      for (const options of phoneToo ? [{}, phone] : [{}]) {
        const page = await visit({ ...options, storageState: state })
        await page.goto(address())
        await open?.(page)
        await expect(ready(page)).toBeVisible()
        await examine(page, name)
      }
    })
  }

  test('sign-in: no violations, light and dark', async ({ visit, forgive }) => {
    forgive(/status of 401/)
    const page = await visit()
    await page.goto(`${server.url}/sign-in`)
    await expect(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByText('Please fill this in.').first()).toBeVisible()
    await examine(page, 'sign-in')
  })

  test('open menus: no violations', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(library)
    for (const button of [/Switch workspace/, /account and appearance/, /Sorted by/, 'More for this library']) {
      await page.getByRole('button', { name: button }).click()
      await expect(page.getByRole('menu')).toBeVisible()
      await examine(page, String(button))
      await page.keyboard.press('Escape')
      await expect(page.getByRole('menu')).toBeHidden()
      await expect(page.getByRole('button', { name: button })).toBeFocused()
    }
  })

  test('arrows walk the grid, a slash finds the search, and every stop can be seen', async ({ visit }) => {
    const page = await visit({ storageState: state })
    await page.goto(library)
    const cards = page.getByRole('list', { name: 'The big shelf' }).getByRole('link')
    await expect(cards.first()).toBeVisible()

    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to content' })
    await expect(skip).toBeFocused()
    await expect(skip).toBeInViewport()
    await keepScreen(page, 'skip-link')
    await page.keyboard.press('Enter')
    await tabTo(page, cards.first())
    await keepScreen(page, 'card-focused')
    const at = () => page.evaluate(() => Number(document.activeElement?.getAttribute('data-index') ?? -1))
    await page.keyboard.press('ArrowRight')
    await expect.poll(at).toBe(1)
    await page.keyboard.press('ArrowDown')
    await expect.poll(at).toBeGreaterThan(4)
    await page.keyboard.press('ArrowUp')
    await expect.poll(at).toBe(1)
    await page.keyboard.press('End')
    await expect.poll(at).toBe(59)
    await expect(page.locator('a[data-index="59"]')).toBeInViewport()
    await page.keyboard.press('Home')
    await expect.poll(at).toBe(0)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
    await page.goBack()
    await expect(cards.first()).toBeVisible()

    await page.keyboard.press('/')
    const field = page.getByRole('searchbox', { name: 'Search titles and authors' })
    await expect(field).toBeFocused()
    expect(await focusIsSeen(page)).toBe(true)
    await page.keyboard.type('fog/')
    await expect(field).toHaveValue('fog/')
    await page.keyboard.press('Backspace')
    await expect(page.getByRole('list', { name: 'Books found' }).getByRole('link').first()).toBeVisible()
    await page.keyboard.press('ArrowDown')
    await expect(page.getByRole('list', { name: 'Books found' }).getByRole('link').first()).toBeFocused()
  })

  test('nothing moves for who asked for less motion', async ({ visit }) => {
    const page = await visit({ storageState: state, reducedMotion: 'reduce' })
    await page.goto(library)
    const card = page.getByRole('list', { name: 'The big shelf' }).getByRole('link').first()
    await card.hover()
    await card.click()
    await page.getByRole('button', { name: /account and appearance/ }).click()
    await expect(page.getByRole('menu')).toBeVisible()
    const moving = await page.evaluate(
      () =>
        document
          .getAnimations()
          .filter((animation) => Number(animation.effect?.getComputedTiming().duration ?? 0) > 1 && animation.playState === 'running')
          .length,
    )
    expect(moving).toBe(0)
  })
})

/** Presses Tab until the control has the focus; each stop on the way must be seen. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await expect(target).toBeVisible()
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
    const stop = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160) ?? '')
    expect.soft(await focusIsSeen(page), `focus on ${stop}`).toBe(true)
  }
  throw new Error(`${String(target)} is not reached by ${key}.`)
}

/** True when what has the focus, or the box that stands for it, is outlined. */
function focusIsSeen(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const focused = document.activeElement
    if (!focused || focused === document.body) return true
    const boxes = [focused, focused.parentElement, focused.closest('label')].filter((box) => box !== null)
    return boxes.some((box) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(box)
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
    })
  })
}
