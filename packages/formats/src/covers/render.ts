import { hash } from 'node:crypto'
import { rgbaToThumbHash } from 'thumbhash'
import type { Sharp, SharpOptions } from 'sharp'
import { limits } from '../limits.ts'
import { BookFileError, toProblem } from '../problems.ts'
import type { Picture } from '../open.ts'
import { rasterFormat } from '../sniff.ts'
import type { Cover, CoverImage, CoverResult, PictureResult } from '../types.ts'
import { decodeXml } from '../xml/decode.ts'
import { dominantColor } from './color.ts'
import { miniature, type Pixels } from './miniature.ts'
import { safeDrawing } from './svg.ts'

type SharpFactory = (input: Uint8Array, options: SharpOptions) => Sharp

/** Measured at this quality, effort 2 takes 1.8 times as long and 4 three times for files 9 and 13 % smaller. */
const webp = { quality: 78, effort: 0 } as const
/** Strips and scrolls are fitted into this many times the width. */
const maxHeights = 4
const hashSide = 32

let loading: Promise<SharpFactory> | null = null

async function loadSharp(): Promise<SharpFactory> {
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  return sharp
}

/** `cubic` takes a fifth less than `lanczos3`, and nobody sees it where a picture is halved. */
function shrink(image: Sharp, width: number, height: number, kernel: 'cubic' | 'lanczos3' = 'lanczos3'): Promise<Pixels> {
  return image.resize({ width, height, fit: 'inside', withoutEnlargement: true, kernel }).raw().toBuffer({ resolveWithObject: true })
}

/**
 * Thumbnails, placeholder and colour of a cover image. It is decoded once, at the
 * largest width; each smaller one derives from the one before. Transparent parts
 * become white, an animation shows its first picture.
 *
 * @throws {BookFileError} `damaged` when the bytes are no image that can be drawn, `too-large` beyond 50 megapixels.
 */
export async function renderCover(picture: Picture, widths: readonly number[]): Promise<Cover> {
  if (Buffer.isBuffer(picture) && !rasterFormat(picture)) throw new BookFileError('damaged', 'The cover is not an image of a known format.')
  const sharp = await (loading ??= loadSharp())
  const sourceSha256 = hash('sha256', Buffer.isBuffer(picture) ? picture : 'svg' in picture ? picture.svg : picture.rgba, 'hex')
  try {
    const input = await open(sharp, picture)
    const largest = Math.max(hashSide, ...widths)
    const whole = input.autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb')
    let pixels = await shrink(whole, largest, largest * maxHeights)
    const aspect = pixels.info.width / pixels.info.height
    const imageOf = ({ data, info: { width, height, channels } }: Pixels) => sharp(data, { raw: { width, height, channels } })
    const images: CoverImage[] = []
    for (const width of widths.toSorted((a, b) => b - a)) {
      if (width < pixels.info.width || width * maxHeights < pixels.info.height) {
        pixels = await shrink(imageOf(pixels), width, width * maxHeights, 'cubic')
      }
      images.push({ width, webp: await imageOf(pixels).webp(webp).toBuffer() })
    }
    const small = miniature(pixels, hashSide)
    return {
      sourceSha256,
      aspect,
      images: images.toSorted((a, b) => widths.indexOf(a.width) - widths.indexOf(b.width)),
      thumbhash: rgbaToThumbHash(small.width, small.height, small.rgba),
      color: dominantColor(small.rgba),
    }
  } catch (error) {
    throw cannotDraw(error, 'cover image')
  }
}

const bounded = { failOn: 'truncated', limitInputPixels: limits.coverPixels } as const

async function open(sharp: SharpFactory, picture: Picture): Promise<Sharp> {
  if (Buffer.isBuffer(picture)) return sharp(picture, bounded)
  if ('rgba' in picture) return sharp(picture.rgba, { raw: { width: picture.width, height: picture.height, channels: 4 } })
  const { svg, pictures } = safeDrawing(decodeXml(picture.svg))
  // They are decoded whole, and not by what bounds the drawing.
  let pixels = 0
  for (const inner of pictures) {
    const { width, height } = await sharp(inner, bounded).metadata()
    pixels += width * height
    if (pixels > limits.drawnPixels) throw new BookFileError('too-large', 'The cover image has too many pixels.')
  }
  return sharp(svg, bounded)
}

function cannotDraw(error: unknown, what: string): BookFileError {
  if (error instanceof BookFileError) return error
  return error instanceof Error && /pixel limit/i.test(error.message)
    ? new BookFileError('too-large', `The ${what} has too many pixels.`)
    : new BookFileError('damaged', `The ${what} cannot be drawn.`)
}

/** Thumbnails of a picture that somebody uploads; PNG, JPEG and WebP as `drawPicture`. Never rejects. */
export async function drawThumbnails(bytes: Buffer, widths: readonly number[]): Promise<CoverResult> {
  try {
    if (!pictureFormats.has(rasterFormat(bytes))) throw new BookFileError('damaged', 'The picture is no PNG, JPEG or WebP.')
    return { ok: true, cover: await renderCover(bytes, widths) }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}

const pictureWebp = { quality: 85, effort: 4 } as const
const pictureFormats: ReadonlySet<string | null> = new Set(['png', 'jpeg', 'webp'])

/**
 * A picture that somebody uploads, fitted into a square of `side` pixels and never enlarged, as WebP without its metadata; of an
 * animation the first picture. PNG, JPEG and WebP with at most 50 megapixels; anything else is a problem. Never rejects.
 */
export async function drawPicture(bytes: Buffer, side: number): Promise<PictureResult> {
  try {
    if (!pictureFormats.has(rasterFormat(bytes))) throw new BookFileError('damaged', 'The picture is no PNG, JPEG or WebP.')
    const sharp = await (loading ??= loadSharp())
    try {
      const drawn = sharp(bytes, { failOn: 'truncated', limitInputPixels: limits.coverPixels })
        .autoOrient()
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .toColourspace('srgb')
      return { ok: true, webp: await drawn.webp(pictureWebp).toBuffer() }
    } catch (error) {
      throw cannotDraw(error, 'picture')
    }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}
