import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import { attribute, walkXml, type Attributes } from '../xml/walk.ts'

/** One Dublin Core element; `text` is raw. */
export type DcElement = { id: string | null; text: string; attributes: Attributes }

/** `<meta property>` of EPUB 3 and `<meta name content>` of EPUB 2 alike. */
export type Meta = { id: string | null; property: string; value: string }

export type ManifestItem = { id: string; href: string; mediaType: string; properties: readonly string[] }

export type SpineItem = { idref: string; linear: boolean; properties: readonly string[] }

/** A package document as it is written, nothing judged yet. */
export type PackageDocument = {
  elements: ReadonlyMap<string, readonly DcElement[]>
  metas: readonly Meta[]
  /** Metas that refine the element of this id. */
  refinements: ReadonlyMap<string, readonly Meta[]>
  manifest: ReadonlyMap<string, ManifestItem>
  spine: readonly SpineItem[]
  direction: string | null
  /** The `toc` of the spine: the id of the NCX. */
  ncx: string | null
  /** The id of the identifier that is the book's own. */
  uniqueIdentifier: string | null
  guide: readonly { type: string; href: string }[]
}

const dublinCore = new Set('title creator contributor publisher date description subject language identifier'.split(' '))

function words(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(/\s+/).filter((word) => word !== '')
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (!list) map.set(key, [value])
  else if (list.length < limits.elementsPerName) list.push(value)
}

/**
 * Parses a package document (EPUB 3.3, 5; OPF 2.0.1, 2), whatever its prefixes.
 *
 * @throws {BookFileError} `invalid-xml` when it is none, `too-large`.
 */
export function parsePackage(xml: string): PackageDocument {
  const elements = new Map<string, DcElement[]>()
  const refinements = new Map<string, Meta[]>()
  const metas: Meta[] = []
  const manifest = new Map<string, ManifestItem>()
  const spine: SpineItem[] = []
  const guide: { type: string; href: string }[] = []
  let direction: string | null = null
  let ncx: string | null = null
  let uniqueIdentifier: string | null = null
  let found = false
  let section: string | null = null
  let skipping = 0
  let current: { name: string; attributes: Attributes; depth: number; parts: string[]; length: number } | null = null

  const keepMeta = (attributes: Attributes, text: string) => {
    const property = attribute(attributes, 'property') ?? attribute(attributes, 'name')
    if (property === undefined) return
    const value = attribute(attributes, 'content') ?? text
    const meta = { id: attribute(attributes, 'id') ?? null, property: property.trim(), value }
    const refines = attribute(attributes, 'refines')
    if (refines !== undefined) append(refinements, refines.trim().replace(/^#/, ''), meta)
    else if (metas.length < 2 * limits.elementsPerName) metas.push(meta)
  }

  const sections: Record<string, (name: string, attributes: Attributes, depth: number) => void> = {
    metadata(name, attributes, depth) {
      const known = name.toLowerCase()
      if (known !== 'meta' && !dublinCore.has(known)) return
      current = { name: known, attributes, depth, parts: [], length: 0 }
    },
    manifest(name, attributes) {
      const id = attribute(attributes, 'id')
      const href = attribute(attributes, 'href')
      if (name !== 'item' || href === undefined || manifest.size >= limits.manifestItems) return
      const key = id ?? `#${manifest.size}`
      if (manifest.has(key)) return
      const mediaType = (attribute(attributes, 'media-type') ?? '').trim().toLowerCase()
      manifest.set(key, { id: key, href, mediaType, properties: words(attribute(attributes, 'properties')) })
    },
    spine(name, attributes) {
      const idref = attribute(attributes, 'idref')
      if (name !== 'itemref' || idref === undefined || spine.length >= limits.manifestItems) return
      const linear = attribute(attributes, 'linear') !== 'no'
      spine.push({ idref, linear, properties: words(attribute(attributes, 'properties')) })
    },
    guide(name, attributes) {
      const href = attribute(attributes, 'href')
      if (name !== 'reference' || href === undefined || guide.length >= limits.elementsPerName) return
      guide.push({ type: (attribute(attributes, 'type') ?? '').trim().toLowerCase(), href })
    },
  }

  walkXml(xml, {
    open(name, attributes, depth) {
      if (current) {
        current.parts.push(`<${name}>`)
        return
      }
      if (name === 'package') {
        found = true
        uniqueIdentifier ??= attribute(attributes, 'unique-identifier') ?? null
        return
      }
      if (!found || skipping > 0) return
      if (name === 'collection') {
        skipping = depth
      } else if (section === null) {
        if (Object.hasOwn(sections, name)) section = name
        if (name === 'spine') {
          direction = attribute(attributes, 'page-progression-direction') ?? null
          ncx = attribute(attributes, 'toc') ?? null
        }
      } else {
        sections[section]?.(name, attributes, depth)
      }
    },
    text(text) {
      if (!current || current.length >= limits.elementText) return
      current.parts.push(text)
      current.length += text.length
    },
    close(name, depth) {
      if (current) {
        if (depth > current.depth) {
          current.parts.push(`</${name}>`)
          return
        }
        const { name: kind, attributes } = current
        const text = current.parts.join('').slice(0, limits.elementText)
        current = null
        if (kind === 'meta') keepMeta(attributes, text)
        else append(elements, kind, { id: attribute(attributes, 'id') ?? null, text, attributes })
      } else if (depth === skipping) {
        skipping = 0
      } else if (name === section) {
        section = null
      }
    },
  })
  if (!found) throw new BookFileError('invalid-xml', 'The package document is not valid XML.')
  return { elements, metas, refinements, manifest, spine, direction, ncx, uniqueIdentifier, guide }
}
