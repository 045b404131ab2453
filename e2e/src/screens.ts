import path from 'node:path'
import type { Page } from '@playwright/test'

const folder = path.resolve(import.meta.dirname, '../../reports/screens')
const heights = { 390: 844, 820: 1180, 1280: 800, 1440: 900 } as const
type Width = keyof typeof heights

export const allWidths = [390, 820, 1440] as const

/**
 * Keeps pictures of what the page shows as reports/screens/<name>-<width>-<theme>.png, in both themes.
 * Without `widths`, at the size that the page has; a whole page is as long as it is.
 */
export async function keepScreen(
  page: Page,
  name: string,
  { widths, whole = false }: { widths?: readonly Width[]; whole?: boolean } = {},
): Promise<void> {
  const before = page.viewportSize()
  const theme = await page.evaluate(() => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'))
  for (const width of widths ?? [before?.width ?? 1440]) {
    await page.setViewportSize({ width, height: heights[width as Width] })
    if (whole) await stretch(page)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await settle(page)
      await page.screenshot({
        path: path.join(folder, `${name}-${width}-${colorScheme}.png`),
        animations: 'disabled',
        scale: 'css',
      })
    }
  }
  await page.emulateMedia({ colorScheme: theme })
  if (before) await page.setViewportSize(before)
}

/** Makes the window as tall as the page, so that bars stay at its edges. */
async function stretch(page: Page): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 1440, height: 900 }
  const needed = await page.evaluate(() => document.documentElement.scrollHeight)
  if (needed > height) await page.setViewportSize({ width, height: needed })
}

/** Until fonts and the pictures in view are there; a picture that never comes is looked at as it is. */
async function settle(page: Page): Promise<void> {
  await page
    .waitForFunction(
      () => {
        const inView = (image: HTMLImageElement): boolean => {
          const { top, bottom, left, right } = image.getBoundingClientRect()
          return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
        }
        return document.fonts.status === 'loaded' && [...document.images].every((image) => image.complete || !inView(image))
      },
      undefined,
      { timeout: 5000 },
    )
    .catch(() => undefined)
}
