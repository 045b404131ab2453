import { resolveEntry } from '../archive/paths.ts'
import type { Archive, ZipEntry } from '../archive/zip.ts'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import { decodeXml } from '../xml/decode.ts'
import { attribute, walkXml } from '../xml/walk.ts'
import type { ManifestItem, PackageDocument } from './package.ts'
import { metaValue } from './refinements.ts'

const rasterType = /^image\/(?:jpe?g|pjpeg|png|gif|webp|avif)$/
const rasterName = /\.(?:jpe?g|png|gif|webp|avif)$/i
const pageType = /^(?:application\/xhtml\+xml|text\/html|text\/x-oeb1-document|image\/svg\+xml)$/
const pageName = /\.(?:x?html?|svg)$/i

/** By its name, as archives have no other types. */
export const isDrawing = (name: string): boolean => /\.svg$/i.test(name)

const unseenElements = new Set(['head', 'style', 'script', 'title', 'desc'])

type Page = { images: string[]; hasText: boolean }

function readPage(archive: Archive, entry: ZipEntry): Page {
  const page: Page = { images: [], hasText: false }
  let unseen = 0
  try {
    walkXml(decodeXml(archive.read(entry, limits.pageBytes).bytes), {
      open(name, attributes) {
        if (unseenElements.has(name)) unseen += 1
        const target = name === 'img' ? 'src' : name === 'image' ? 'href' : null
        const href = target === null ? undefined : attribute(attributes, target)
        if (href !== undefined && page.images.length < 10) page.images.push(href)
      },
      text(text) {
        if (unseen === 0 && text.trim() !== '') page.hasText = true
      },
      close(name) {
        if (unseenElements.has(name)) unseen -= 1
      },
    })
  } catch (error) {
    if (!(error instanceof BookFileError)) throw error
  }
  return page
}

function isNamedCover(item: ManifestItem): boolean {
  const base = item.href
    .replace(/[?#].*$/s, '')
    .replace(/^.*\//s, '')
    .replace(/\.[^.]*$/, '')
  return [item.id, base].some((name) => /^cover(?:[-_]?image)?$/i.test(name))
}

/**
 * The entry of a book's cover image, by the rules of both
 * versions (EPUB 3.3, 5.6.2.2; OPF 2.0.1, 2.6): the `cover-image` property, the
 * meta named cover, the guide, an image called cover, a first page that is but
 * one image. An SVG cover counts as a page around an image, and when there is no
 * other, as a drawing.
 */
export function findCover(archive: Archive, base: string, document: PackageDocument): ZipEntry | null {
  const items = [...document.manifest.values()]

  const imageIn = (page: ZipEntry, alone: boolean): ZipEntry | null => {
    const { images, hasText } = readPage(archive, page)
    if (alone && (hasText || images.length !== 1)) return null
    for (const href of images) {
      const entry = resolveEntry(archive, page.name, href)
      if (entry && rasterName.test(entry.name)) return entry
    }
    return null
  }
  const imageAt = (href: string, mediaType: string, alone = false): ZipEntry | null => {
    const entry = resolveEntry(archive, base, href)
    if (!entry || entry.compressedSize === 0) return null
    if (rasterType.test(mediaType) || rasterName.test(entry.name)) return entry
    return pageType.test(mediaType) || pageName.test(entry.name) ? imageIn(entry, alone) : null
  }
  const imageOf = (item: ManifestItem | undefined, alone = false) => (item ? imageAt(item.href, item.mediaType, alone) : null)

  const drawingAt = (href: string | undefined): ZipEntry | null => {
    const entry = href === undefined ? null : resolveEntry(archive, base, href)
    return entry && isDrawing(entry.name) && entry.compressedSize > 0 ? entry : null
  }

  const named = metaValue(document, 'cover')
  const first = document.spine.find((item) => item.linear) ?? document.spine[0]
  const rules: (() => ZipEntry | null)[] = [
    () => imageOf(items.find((item) => item.properties.includes('cover-image'))),
    () => (named === undefined ? null : (imageOf(document.manifest.get(named)) ?? imageAt(named, ''))),
    () => {
      const reference = document.guide.find(({ type }) => type === 'cover' || type.endsWith('coverimage-standard'))
      return reference ? imageAt(reference.href, '') : null
    },
    () => imageOf(items.find((item) => rasterType.test(item.mediaType) && isNamedCover(item))),
    () => imageOf(first && document.manifest.get(first.idref), true),
    () => drawingAt(items.find((item) => item.properties.includes('cover-image'))?.href),
    () => drawingAt(named === undefined ? undefined : (document.manifest.get(named)?.href ?? named)),
  ]
  for (const rule of rules) {
    const entry = rule()
    if (entry) return entry
  }
  return null
}
