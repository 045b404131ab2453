import { attribute } from '../xml/walk.ts'
import { buildToc, type RawTocEntry } from './toc-builder.ts'

/** The `toc` of a navigation document (EPUB 3.3, 7.4); where none is called so, the first `nav` without a type. */
export function parseNav(xml: string): RawTocEntry[] {
  const typed = parseNavOf(xml, (type) => type.split(/\s+/).includes('toc'))
  return typed.length > 0 ? typed : parseNavOf(xml, (type) => type === '')
}

function parseNavOf(xml: string, isWanted: (type: string) => boolean): RawTocEntry[] {
  let navDepth: number | null = null
  let done = false
  return buildToc(xml, (toc) => ({
    open(name, attributes, depth) {
      if (navDepth === null) {
        if (!done && name === 'nav' && isWanted(attribute(attributes, 'type') ?? '')) navDepth = depth
      } else if (name === 'li') toc.enter()
      else if (name === 'a') toc.link(attribute(attributes, 'href'), attribute(attributes, 'title'))
      else if (name === 'span') toc.link(undefined, attribute(attributes, 'title'))
      else if (name === 'img') toc.addText(attribute(attributes, 'alt') ?? '')
      else if (name === 'br') toc.addText(' ')
    },
    text(text) {
      if (navDepth !== null) toc.addText(text)
    },
    close(name, depth) {
      if (navDepth === null) return
      if (name === 'li') toc.leave()
      if (depth !== navDepth) return
      navDepth = null
      done = true
    },
  }))
}
