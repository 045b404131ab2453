import { resolveEntry } from '../archive/paths.ts'
import type { Archive } from '../archive/zip.ts'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import type { BookMetadata } from '../types.ts'
import type { PackageDocument } from './package.ts'

const sheetsLookedAt = 8
const pagesLookedAt = 2
const verticalRule = /writing-mode\s*:\s*(?:vertical-rl|vertical-lr|tb-rl)/
const rootSelector = /(?:^|[\s,])(?:html|body|:root|\*)/

/** Whether rules for the whole page set it in vertical lines; of other rules one cannot tell whether they are used. */
function isVerticalOnRoot(css: string): boolean {
  if (!verticalRule.test(css)) return false
  return css.split('}').some((rule) => {
    const brace = rule.lastIndexOf('{')
    return brace >= 0 && verticalRule.test(rule.slice(brace)) && rootSelector.test(rule.slice(0, brace))
  })
}

function* hrefsToLookAt(document: PackageDocument, withPages: boolean): Generator<string> {
  let sheets = 0
  for (const item of document.manifest.values()) {
    if (item.mediaType !== 'text/css' || sheets === sheetsLookedAt) continue
    sheets += 1
    yield item.href
  }
  if (!withPages) return
  for (const { idref } of document.spine.slice(0, pagesLookedAt)) {
    const page = document.manifest.get(idref)
    if (page) yield page.href
  }
}

/**
 * Whether style sheets set the text in vertical lines. Only books in a script
 * that is written so, or whose pages turn to the left, are looked into. Where they
 * turn to the left any vertical rule counts; elsewhere only one for the whole page,
 * since templates carry vertical rules that a left-to-right book never uses.
 */
export function isVertical(
  archive: Archive,
  base: string,
  document: PackageDocument,
  about: Pick<BookMetadata, 'layout' | 'languages' | 'direction'>,
): boolean {
  const turnsLeft = about.direction === 'rtl'
  const eastAsian = about.languages.some((language) => /^(?:ja|zh|ko|mn|yue)\b/.test(language))
  if (about.layout === 'fixed' || !(turnsLeft || eastAsian)) return false
  for (const href of hrefsToLookAt(document, turnsLeft)) {
    const entry = resolveEntry(archive, base, href)
    if (!entry) continue
    try {
      const text = archive.read(entry, limits.pageBytes).bytes.toString('latin1')
      if (turnsLeft ? verticalRule.test(text) : isVerticalOnRoot(text)) return true
    } catch (error) {
      if (!(error instanceof BookFileError)) throw error
    }
  }
  return false
}
