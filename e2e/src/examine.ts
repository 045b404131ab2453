import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from './test.ts'

/** No violation of WCAG 2 A and AA, in light and in dark. Base UI's focus guards only hand the focus on: nobody stays on them. */
export async function examine(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForFunction(() =>
      document
        .getAnimations()
        .every((animation) => animation.playState !== 'running' || animation.effect?.getComputedTiming().iterations === Infinity),
    )
    const axe = new AxeBuilder({ page }).exclude('[data-base-ui-focus-guard]')
    // The dark theme is the same page in other colours.
    const { violations } = await (
      colorScheme === 'light' ? axe.withTags(['wcag2a', 'wcag2aa']) : axe.withRules(['color-contrast'])
    ).analyze()
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${id}: ${node.target.join(' ')} (${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''})`,
      ),
    )
    expect.soft(found, `${name}, ${colorScheme}`).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
