import { type APIRequestContext, type BrowserContext, type BrowserContextOptions, expect, type Page, test as base } from '@playwright/test'
import { watch } from './watch.ts'

export { expect, type Page } from '@playwright/test'

export type StorageState = Awaited<ReturnType<APIRequestContext['storageState']>>

export const desktop = { viewport: { width: 1440, height: 900 } } satisfies BrowserContextOptions
export const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
} satisfies BrowserContextOptions

type Visit = (options?: BrowserContextOptions) => Promise<Page>

/**
 * `visit` opens a page as a person of their own (a new browser context). What goes wrong on any of them fails the
 * test at its end: a request to another host, an error on the console, a violation of the content policy, a script
 * that a book brought. `forgive` names the console errors that the test provokes.
 */
export const test = base.extend<{ forgive: (...expected: RegExp[]) => void; faults: { expected: RegExp[]; seen: string[] }; visit: Visit }>(
  {
    // oxlint-disable-next-line no-empty-pattern -- the form that Playwright asks for
    faults: async ({}, use) => {
      // Who is not signed in asks who they are, and the browser logs the answer; a network card that comes or goes is not ours.
      const faults = {
        expected: [/ERR_NETWORK_CHANGED/, /status of 401 \(Unauthorized\) \(.*\/rpc\/account\/get\)$/],
        seen: [] as string[],
      }
      await use(faults)
      expect(faults.seen.filter((fault) => !faults.expected.some((pattern) => pattern.test(fault)))).toEqual([])
    },
    forgive: async ({ faults }, use) => {
      await use((...expected) => void faults.expected.push(...expected))
    },
    visit: async ({ browser, faults }, use) => {
      const contexts: BrowserContext[] = []
      await use(async (options = {}) => {
        const context = await browser.newContext({ ...desktop, locale: 'en-GB', ...options })
        contexts.push(context)
        await watch(context, (fault) => faults.seen.push(fault))
        return context.newPage()
      })
      for (const context of contexts) await context.close()
    },
  },
)
