import { BookFileError } from '../problems.ts'
import { rasterFormat } from '../sniff.ts'
import { attribute, walkXml, type Attributes } from '../xml/walk.ts'

/** The long side of a drawn cover, in pixels. */
const side = 1400
/** The long side by the short one, at most. */
const stretch = 8
const maxElements = 20_000
const maxPictures = 20
const maxDepth = 32

const drawn = new Set(
  'g path rect circle ellipse line polyline polygon text tspan defs linearGradient radialGradient stop clipPath image style'.split(' '),
)
const shapes = new Set('path rect circle ellipse line polyline polygon text image'.split(' '))
/** Their content says nothing that is seen. */
const unseen = new Set('title desc metadata script foreignObject'.split(' '))
const attributeName = /^[A-Za-z][\w-]*$/
const pictureData = /^data:image\/[\w+.-]+;base64,([\sA-Za-z0-9+/=]*)$/

export type Drawing = {
  /** What is to be drawn, and nothing that leads out of it. */
  svg: Buffer
  /** Pictures within it, which count as much as itself. */
  pictures: Buffer[]
}

/**
 * What is seen of an SVG cover: shapes, letters, gradients, styles and pictures that lie in it, fitted into 1400 pixels. Left out is
 * what could run or name another file, what repeats itself without bound (`use`, `pattern`, `filter`), and what is nested beyond 32
 * levels; the limits of the process that draws it hold for the rest.
 *
 * @throws {BookFileError} `damaged` when it is no SVG, or has no sound size; `too-large` beyond 20,000 elements.
 */
export function safeDrawing(xml: string): Drawing {
  const parts: string[] = []
  const pictures: Buffer[] = []
  let elements = 0
  /** Open elements that are left out, with all that they hold. */
  let skipped = 0
  let style: string | null = null
  let seen = false
  walkXml(xml, {
    open(name, attributes, depth) {
      elements += 1
      if (elements > maxElements) throw new BookFileError('too-large', 'The cover is a drawing of too many parts.')
      if (depth === 1) {
        if (name !== 'svg') throw new BookFileError('damaged', 'The cover is no SVG.')
        parts.push(rootTag(attributes))
        return
      }
      const picture = skipped === 0 && name === 'image' ? pictureOf(attributes) : null
      if (
        skipped > 0 ||
        style !== null ||
        depth > maxDepth ||
        !drawn.has(name) ||
        unseen.has(name) ||
        (name === 'image' && (picture === null || pictures.length === maxPictures))
      ) {
        skipped += 1
        return
      }
      if (picture) pictures.push(picture.bytes)
      const of = name.endsWith('Gradient') ? attribute(attributes, 'href') : undefined
      style = name === 'style' ? '' : null
      seen ||= shapes.has(name)
      parts.push(
        `<${name}${kept(attributes)}${picture ? ` href="${picture.href}"` : of && isOwn(of) && of.startsWith('#') ? ` href="${escaped(of)}"` : ''}>`,
      )
    },
    text(text) {
      if (skipped > 0) return
      if (style === null) parts.push(escaped(text))
      else style += text
    },
    close(name, depth) {
      if (skipped > 0) {
        skipped -= 1
        return
      }
      // As a whole: what is parted by a reference to a character reads otherwise.
      if (style !== null && isOwn(style)) parts.push(escaped(style))
      style = null
      parts.push(`</${depth === 1 ? 'svg' : name}>`)
    },
  })
  if (!seen) throw new BookFileError('damaged', 'The cover is a drawing of nothing.')
  return { svg: Buffer.from(parts.join('')), pictures }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Names nothing outside: no rule that loads, no address but of a part of the drawing, nothing spelt so that it is not seen. */
const isOwn = (style: string): boolean =>
  !/[@\\]|url\s*\(\s*["']?(?!["']?#)|expression|\/\*|(?:filter|mask|blend-mode)[\w-]*\s*:/i.test(style)

function kept(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([name, value]) => attributeName.test(name) && !/^(?:on|xmlns|src$|href$|filter$|mask$)/i.test(name) && isOwn(value))
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('')
}

function pictureOf(attributes: Attributes): { href: string; bytes: Buffer } | null {
  const data = pictureData.exec(attribute(attributes, 'href') ?? '')?.[1]
  const bytes = data === undefined ? null : Buffer.from(data, 'base64')
  const format = bytes && rasterFormat(bytes)
  return bytes && format ? { href: `data:image/${format};base64,${bytes.toString('base64')}`, bytes } : null
}

const lengthOf = (text: string | undefined): number =>
  Number(/^\s*(\d+(?:\.\d+)?)(?:px|pt|mm|cm|in)?\s*$/.exec(text ?? '')?.[1] ?? Number.NaN)

function rootTag(attributes: Attributes): string {
  const box = (attribute(attributes, 'viewBox') ?? '').trim().split(/[\s,]+/).map(Number) // prettier-ignore
  const [left, top, boxWidth, boxHeight] = box.length === 4 && box.every(Number.isFinite) ? box : [0, 0, Number.NaN, Number.NaN]
  const width = boxWidth || lengthOf(attribute(attributes, 'width'))
  const height = boxHeight || lengthOf(attribute(attributes, 'height'))
  const ratio = width / height
  if (!(width > 0 && height > 0 && ratio <= stretch && ratio >= 1 / stretch))
    throw new BookFileError('damaged', 'The cover is a drawing without a sound size.')
  const scale = side / Math.max(width, height)
  const [w, h] = [width, height].map((length) => Math.round(length * scale))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="${left} ${top} ${width} ${height}">`
}
