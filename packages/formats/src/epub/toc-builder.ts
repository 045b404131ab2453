import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import { cleanLine } from '../text/clean.ts'
import { walkXml, type XmlHandler } from '../xml/walk.ts'

/** An entry as the document has it; `href` is relative to the document. */
export type RawTocEntry = { label: string; href: string | null; children: RawTocEntry[] }

type Open = { text: string; title: string | null; href: string | null; children: RawTocEntry[] }

const fresh = (): Open => ({ text: '', title: null, href: null, children: [] })

/** Builds a tree of entries while a document is walked. What is nested too deeply follows its parent instead. */
export class TocBuilder {
  readonly #top = fresh()
  readonly #open: Open[] = []
  #count = 0

  enter(): void {
    this.#open.push(fresh())
  }

  addText(text: string): void {
    const entry = this.#open.at(-1)
    if (entry && entry.text.length < limits.title * 4) entry.text += text
  }

  link(href: string | undefined, title: string | undefined): void {
    const entry = this.#open.at(-1)
    if (!entry) return
    entry.href ??= href ?? null
    entry.title ??= title ?? null
  }

  leave(): void {
    const entry = this.#open.pop()
    if (!entry) return
    const siblings = (this.#open.at(-1) ?? this.#top).children
    const label = cleanLine(entry.text, limits.title) ?? cleanLine(entry.title ?? '', limits.title)
    const isKept = label !== null && this.#count < limits.tocEntries
    const isFlat = !isKept || this.#open.length >= limits.tocDepth - 1
    if (isKept) {
      this.#count += 1
      siblings.push({ label, href: entry.href, children: isFlat ? [] : entry.children })
    }
    if (isFlat) for (const child of entry.children) siblings.push(child)
  }

  finish(): RawTocEntry[] {
    while (this.#open.length > 0) this.leave()
    return this.#top.children
  }
}

/** Walks a document for its table of contents; of one beyond the limits, what stands before they are met. */
export function buildToc(xml: string, handlerOf: (toc: TocBuilder) => XmlHandler): RawTocEntry[] {
  const toc = new TocBuilder()
  try {
    walkXml(xml, handlerOf(toc))
  } catch (error) {
    if (!(error instanceof BookFileError)) throw error
  }
  return toc.finish()
}
