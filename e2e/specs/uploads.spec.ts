import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildEpub, buildMp3 } from '@carrel/formats/testing'
import { examine } from '../src/examine.ts'
import { type Api, setUp } from '../src/people.ts'
import { keepScreen } from '../src/screens.ts'
import { type CarrelServer, startServer } from '../src/server.ts'
import { expect, type Page, phone, type StorageState, test } from '../src/test.ts'

const sizes = [390, 1280] as const

test.describe('uploads', () => {
  let server: CarrelServer
  let api: Api
  let state: StorageState
  let organization: { id: string; slug: string }
  const scratch = mkdtempSync(path.join(tmpdir(), 'carrel-uploads-'))
  test.beforeAll(async () => {
    server = await startServer([])
    ;({ api, state, organization } = await setUp(server))
  })
  test.afterAll(async () => {
    await server?.remove()
    rmSync(scratch, { recursive: true })
  })
  const at = (rest: string): string => `${server.url}/w/${organization.slug}${rest}`
  const book = (title: string, padding = 20_000) =>
    Buffer.from(buildEpub({ title, identifier: `urn:x:${title}`, creators: ['Maren Solheim'], padding }))
  const makeLibrary = async (name: string): Promise<string> =>
    ((await api.post('/libraries', { name, kind: 'managed' }, organization.id)) as { id: string }).id

  /** As if somebody dragged files from a folder over the page and let go of them, or not yet. */
  async function drag(page: Page, files: { name: string; bytes: Buffer }[], drop: boolean): Promise<void> {
    const given = files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') }))
    await page.evaluate(
      ({ given: list, types }) => {
        const dataTransfer = new DataTransfer()
        for (const { name, base64 } of list) {
          const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0)
          dataTransfer.items.add(new File([bytes], name, { type: 'application/epub+zip', lastModified: 1 }))
        }
        for (const type of types) document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
      },
      { given, types: drop ? ['dragover', 'drop'] : ['dragenter', 'dragover'] },
    )
  }
  const queue = (page: Page) => page.getByRole('region', { name: 'Uploads' })

  test('a library of uploads is made, and takes twenty dropped files over a line that breaks', async ({ visit, forgive }) => {
    forgive(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION/, /status of 404/)
    const page = await visit({ storageState: state })
    await page.goto(at('/libraries/new'))
    await page.getByRole('radio', { name: /Uploads/ }).click()
    await page.getByLabel('Library name').fill('Dropped')
    await keepScreen(page, 'library-new-uploads', { widths: sizes })
    await examine(page, 'library-new-uploads')
    await page.getByRole('button', { name: 'Add library' }).click()
    await expect(page.getByRole('heading', { name: 'Dropped' })).toBeVisible()
    await expect(page.getByText('Drop files here')).toBeVisible()
    await keepScreen(page, 'library-uploads-empty', { widths: sizes })
    const files = Array.from({ length: 19 }, (_, index) => ({
      name: `Book ${index + 1}.epub`,
      bytes: book(`Dropped book ${index + 1}`, index === 0 ? 6_000_000 : 20_000),
    }))
    files.push({ name: 'Notes.epub', bytes: Buffer.from('no book at all') })
    await drag(page, files.slice(0, 1), false)
    await expect(page.getByText('Drop to upload into Dropped')).toBeVisible()
    await keepScreen(page, 'library-uploads-drag', { widths: sizes })
    // Of the first parts, five are cut off.
    let cuts = 5
    await page.route('**/uploads/*', (route) => (route.request().method() === 'PATCH' && cuts-- > 0 ? route.abort() : route.continue()))
    await drag(page, files, true)
    await expect(page.getByText('Drop to upload into Dropped')).toBeHidden()
    await expect(queue(page).getByText(/of 20 files/)).toBeVisible()
    await page.context().setOffline(true)
    await page.waitForTimeout(1500)
    await keepScreen(page, 'library-uploads-sending', { widths: sizes })
    await page.context().setOffline(false)
    await expect(queue(page).getByText(/19 of 20 files/)).toBeVisible({ timeout: 60_000 })
    await expect(queue(page).getByText('This is not a book that Carrel can read')).toBeVisible()
    await expect(queue(page).getByText('1 file needs a look')).toBeVisible()
    await expect(page.getByRole('link', { name: /Dropped book 7/ })).toBeVisible()
    await expect(page.getByText('19 books')).toBeVisible()
    await keepScreen(page, 'library-uploads-done', { widths: sizes })
    await examine(page, 'library-uploads-done')
    await queue(page).getByRole('button', { name: 'Clear list' }).click()
    await expect(queue(page)).toBeHidden()
  })

  const opf = (title: string) =>
    `<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title></metadata></package>`
  /** A folder with a recording on two discs, what tells of it, and what is of no interest. */
  function writeRecording(name: string): string {
    const folder = path.join(scratch, name)
    for (const disc of ['CD 1', 'CD 2']) {
      mkdirSync(path.join(folder, disc), { recursive: true })
      for (const number of [1, 2, 10])
        writeFileSync(path.join(folder, disc, `${number}.mp3`), buildMp3({ seconds: number, tags: { TIT2: `${name} ${disc} ${number}` } }))
    }
    writeFileSync(path.join(folder, 'CD 1', 'metadata.opf'), opf(`${name}, told`))
    writeFileSync(path.join(folder, 'CD 1', 'notes.txt'), 'notes')
    writeFileSync(path.join(folder, 'CD 2', '.DS_Store'), 'x')
    writeFileSync(path.join(folder, 'Companion.epub'), book(`Companion of ${name}`))
    return folder
  }

  test('a folder that is chosen, or dropped, becomes the books that a scan would find in it', async ({ visit }) => {
    const libraryId = await makeLibrary('Recordings')
    const page = await visit({ storageState: state })
    await page.goto(at(`/libraries/${libraryId}`))
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload a folder' }).click()])
    await chooser.setFiles(writeRecording('The Sea'))
    await expect(page.getByText('2 files were passed by')).toBeVisible()
    await expect(page.getByText('notes.txt')).toBeVisible()
    await expect(queue(page).getByText(/8 of 8 files/)).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('2 books')).toBeVisible()
    await keepScreen(page, 'library-uploads-folder', { widths: sizes })
    await examine(page, 'library-uploads-folder')
    await page.getByRole('button', { name: 'Close this note' }).click()
    await expect(page.getByText('2 files were passed by')).toBeHidden()
    await queue(page).getByRole('button', { name: 'Clear list' }).click()
    await page.getByRole('link', { name: /The Sea, told/ }).click()
    await expect(page.getByRole('heading', { name: 'The Sea, told' })).toBeVisible()
    await expect(page.getByText('The Sea/CD 1/2.mp3', { exact: true })).toBeVisible()
    await page.getByRole('button', { name: 'Download' }).click()
    await expect(page.getByRole('menuitem')).toHaveText([
      /^CD 1\/1\.mp3/,
      /^CD 1\/2\.mp3/,
      /^CD 1\/10\.mp3/,
      /^CD 2\/1\.mp3/,
      /^CD 2\/2\.mp3/,
      /^CD 2\/10\.mp3/,
    ])
    await keepScreen(page, 'download-tracks', { widths: sizes })

    await page.goto(at(`/libraries/${libraryId}`))
    await expect(page.getByText('2 books')).toBeVisible()
    // As a file manager drops a folder: the browser itself opens it.
    const devtools = await page.context().newCDPSession(page)
    const data = { items: [], files: [writeRecording('The Hills')], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await devtools.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data })
    await expect(queue(page).getByText(/8 of 8 files/)).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('4 books')).toBeVisible()
    await expect(page.getByRole('link', { name: /The Hills, told/ })).toBeVisible()
  })

  test('an upload is paused, goes on, and is gone on with after a reload when the same file is chosen', async ({ visit, forgive }) => {
    forgive(/ERR_FAILED/)
    const libraryId = await makeLibrary('Halves')
    const page = await visit({ storageState: state })
    await page.goto(at(`/libraries/${libraryId}`))
    const file = path.join(scratch, 'A long book.epub')
    writeFileSync(file, book('A long book', 5_000_000))
    let open = false
    const sent: number[] = []
    await page.route('**/uploads/*', async (route) => {
      const offset = Number(route.request().headers()['upload-offset'] ?? -1)
      if (route.request().method() !== 'PATCH') return route.continue()
      // The second part hangs until it may go on.
      if (offset > 0 && !open) return
      sent.push(offset)
      await route.continue()
    })
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Upload', exact: true }).click(),
    ])
    await chooser.setFiles(file)
    await expect(
      queue(page)
        .getByRole('listitem')
        .getByText(/1 MB of 5 MB/),
    ).toBeVisible()
    await page.getByRole('button', { name: 'Pause A long book.epub' }).click()
    await expect(queue(page).getByText('Paused')).toBeVisible()
    await keepScreen(page, 'library-uploads-paused', { widths: sizes })
    await page.reload()
    await expect(page.getByText(/1 upload was not finished: A long book.epub/)).toBeVisible()
    await keepScreen(page, 'library-uploads-unfinished', { widths: sizes })
    await examine(page, 'library-uploads-unfinished')
    open = true
    const [again] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload', exact: true }).click()])
    await again.setFiles(file)
    await expect(queue(page).getByText('In the library')).toBeVisible({ timeout: 30_000 })
    expect(sent.filter((offset) => offset === 0)).toHaveLength(1)
    await queue(page).getByRole('link', { name: 'Show the book' }).click()
    await expect(page.getByRole('heading', { name: 'A long book' })).toBeVisible()
  })

  test('a book is deleted, had back at once, and had back from the trash; on a phone too', async ({ visit }) => {
    const libraryId = await makeLibrary('Thrown')
    const page = await visit({ storageState: state, ...phone })
    await page.goto(at(`/libraries/${libraryId}`))
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Upload', exact: true }).click(),
    ])
    await chooser.setFiles([{ name: 'Thrown.epub', mimeType: 'application/epub+zip', buffer: book('Thrown away') }])
    await expect(queue(page).getByText('In the library')).toBeVisible({ timeout: 30_000 })
    await keepScreen(page, 'library-uploads-phone')
    await page.getByRole('link', { name: /Thrown away/ }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByText('Thrown away is in the trash', { exact: true })).toBeVisible()
    await expect(page.getByText('No books yet')).toBeVisible()
    await keepScreen(page, 'trash-undo')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.getByRole('link', { name: /Thrown away/ })).toBeVisible()
    await page.getByRole('link', { name: /Thrown away/ }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByText('No books yet')).toBeVisible()
    await page.getByRole('button', { name: 'More' }).first().click()
    await page.getByRole('menuitem', { name: 'Trash' }).click()
    await expect(page.getByText(/goes on/)).toBeVisible()
    await keepScreen(page, 'trash', { widths: sizes })
    await examine(page, 'trash')
    await page.getByRole('button', { name: /Put back/ }).click()
    await expect(page.getByText('The trash is empty')).toBeVisible()
  })

  test('several books are deleted at once, had back, and deleted for good', async ({ visit }) => {
    const libraryId = await makeLibrary('Many')
    const page = await visit({ storageState: state })
    await page.goto(at(`/libraries/${libraryId}`))
    await expect(page.getByText('Drop files here')).toBeVisible()
    await drag(page, ['First', 'Second', 'Third'].map((title) => ({ name: `${title}.epub`, bytes: book(title) })), true) // prettier-ignore
    await expect(queue(page).getByText('In the library')).toHaveCount(3, { timeout: 30_000 })
    const choose = async (...titles: string[]) => {
      await page.getByRole('button', { name: 'Select', exact: true }).click()
      for (const title of titles) await page.getByRole('checkbox', { name: new RegExp(title) }).click()
    }
    await choose('Third')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('region', { name: 'Chosen books' })).toBeHidden()
    await choose('First', 'Second')
    await keepScreen(page, 'selection-uploads', { widths: sizes })
    await page.getByRole('region', { name: 'Chosen books' }).getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByText('2 books are in the trash', { exact: true })).toBeVisible()
    await expect(page.getByRole('link', { name: /First/ })).toHaveCount(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(page.getByText('2 books are back', { exact: true })).toBeVisible()
    await expect(page.getByRole('link', { name: /First/ })).toBeVisible()
    await choose('First', 'Second', 'Third')
    await page.getByRole('region', { name: 'Chosen books' }).getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByText('No books yet')).toBeVisible()
    await page.goto(at(`/libraries/${libraryId}/trash`))
    await page.getByRole('button', { name: 'Delete for good Second' }).click()
    await expect(page.getByRole('heading', { name: 'Delete Second for good?' })).toBeVisible()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Delete for good Second' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('The book is gone', { exact: true })).toBeVisible()
    await expect(page.getByText(/goes on/)).toHaveCount(2)
    await keepScreen(page, 'trash-many', { widths: sizes })
    await page.getByRole('button', { name: 'Empty the trash' }).click()
    await keepScreen(page, 'trash-empty-question', { widths: sizes })
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('The trash is empty')).toBeVisible()
  })

  test('the operator limits the space of a workspace, and whoever uploads is told', async ({ visit, forgive }) => {
    forgive(/status of 413/)
    const page = await visit({ storageState: state })
    await page.goto(`${server.url}/admin/workspaces`)
    const open = async () => {
      await page.getByRole('button', { name: /More.*Ashgrove|Ashgrove.*more/i }).click()
      await page.getByRole('menuitem', { name: 'Limit its space…' }).click()
    }
    await open()
    await page.getByLabel('Gigabytes at most').fill('0')
    await keepScreen(page, 'admin-quota', { widths: sizes })
    await examine(page, 'admin-quota')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText(/The space of Ashgrove Readers is set/)).toBeVisible()
    const libraryId = await makeLibrary('Full')
    await page.goto(at(`/libraries/${libraryId}`))
    await expect(page.getByText('Drop files here')).toBeVisible()
    await drag(page, [{ name: 'One too many.epub', bytes: book('One too many') }], true)
    await expect(queue(page).getByText(/The space of this workspace is used up/)).toBeVisible()
    await keepScreen(page, 'library-uploads-full', { widths: sizes })
    await page.goto(`${server.url}/admin/workspaces`)
    await open()
    await page.getByLabel('Gigabytes at most').fill('')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.goto(at(`/libraries/${libraryId}`))
    await expect(page.getByText('Drop files here')).toBeVisible()
    await drag(page, [{ name: 'One too many.epub', bytes: book('One too many') }], true)
    await expect(queue(page).getByText('In the library')).toBeVisible({ timeout: 30_000 })
  })
})
