import { request } from '@playwright/test'
import { expect, type Page, type StorageState } from './test.ts'
import type { CarrelServer } from './server.ts'

export const operator = { name: 'Robin Ashgrove', email: 'robin@example.org', password: 'a lamp in the window' }

/** Answers of the REST API as somebody: what a spec needs before the part that it is about. */
export type Api = {
  post: (path: string, body: unknown, organizationId?: string) => Promise<Record<string, unknown>>
  patch: (path: string, body: unknown, organizationId?: string) => Promise<Record<string, unknown>>
  get: (path: string, organizationId?: string) => Promise<Record<string, unknown>>
  put: (path: string, body: unknown, organizationId?: string) => Promise<Record<string, unknown>>
  delete: (path: string, organizationId?: string) => Promise<Record<string, unknown>>
  signUp: (person: typeof operator) => Promise<void>
  storageState: () => Promise<StorageState>
}

export async function openApi(server: CarrelServer): Promise<Api> {
  const context = await request.newContext({ baseURL: server.url, extraHTTPHeaders: { origin: server.url } })
  const call = async (
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    organizationId?: string,
    data?: unknown,
  ): Promise<Record<string, unknown>> => {
    const answer = await context[method](`/api/v1${path}`, {
      ...(data === undefined ? {} : { data }),
      ...(organizationId === undefined ? {} : { headers: { 'x-carrel-organization': organizationId } }),
    })
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  return {
    post: (path, body, organizationId) => call('post', path, organizationId, body),
    patch: (path, body, organizationId) => call('patch', path, organizationId, body),
    get: (path, organizationId) => call('get', path, organizationId),
    put: (path, body, organizationId) => call('put', path, organizationId, body),
    delete: (path, organizationId) => call('delete', path, organizationId),
    signUp: async (person) => {
      const answer = await context.post('/api/auth/sign-up/email', { data: person })
      if (!answer.ok()) throw new Error(`sign-up: ${answer.status()} ${await answer.text()}`)
    },
    storageState: () => context.storageState(),
  }
}

/** The first account, a workspace and, when folders are named, a library that has been scanned; without a browser. */
export async function setUp(
  server: CarrelServer,
  { workspace = 'Ashgrove Readers', library, folders = [] }: { workspace?: string; library?: string; folders?: readonly string[] } = {},
) {
  const api = await openApi(server)
  const code = new URL(server.setupLink ?? '').searchParams.get('code')
  await api.post('/setup/operator', { code, ...operator })
  const organization = (await api.post('/organizations', { name: workspace })) as { id: string; slug: string }
  const made = folders.length === 0 ? null : await addLibrary(api, organization.id, library ?? 'Books', folders)
  return { api, organization, libraryId: made, state: await api.storageState() }
}

/** Makes a library and waits until its scan has ended. */
export async function addLibrary(api: Api, organizationId: string, name: string, folders: readonly string[]): Promise<string> {
  const { id } = (await api.post('/libraries', { name, folders }, organizationId)) as { id: string }
  const scan = async () =>
    ((await api.get(`/libraries/${id}`, organizationId)) as { scan: { status: string; error: string | null } | null }).scan
  await expect.poll(async () => (await scan())?.status, { timeout: 100_000, intervals: [250, 500, 1000] }).toMatch(/^(done|failed)$/)
  expect(await scan()).toMatchObject({ status: 'done', error: null })
  return id
}

export async function fillOperator(page: Page, person = operator): Promise<void> {
  await page.getByLabel('Your name').fill(person.name)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
}

export async function signIn(page: Page, person: Pick<typeof operator, 'email' | 'password'> = operator): Promise<void> {
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
