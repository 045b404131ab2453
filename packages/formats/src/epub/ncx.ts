import { attribute } from '../xml/walk.ts'
import { buildToc, type RawTocEntry } from './toc-builder.ts'

/** The `navMap` of an NCX document (OPF 2.0.1, 2.4.1.2; DAISY Z39.86-2005, 8). */
export function parseNcx(xml: string): RawTocEntry[] {
  let inMap = false
  let inLabel = false
  return buildToc(xml, (toc) => ({
    open(name, attributes) {
      if (name === 'navMap') inMap = true
      if (!inMap) return
      if (name === 'navPoint') toc.enter()
      else if (name === 'navLabel') inLabel = true
      else if (name === 'content') toc.link(attribute(attributes, 'src'), undefined)
    },
    text(text) {
      if (inMap && inLabel) toc.addText(text)
    },
    close(name) {
      if (name === 'navMap') inMap = false
      else if (name === 'navLabel') inLabel = false
      else if (name === 'navPoint' && inMap) toc.leave()
    },
  }))
}
