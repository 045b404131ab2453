import { hash } from 'node:crypto';
import { rgbaToThumbHash } from 'thumbhash';
import type { Sharp, SharpOptions } from 'sharp';
import { limits } from '../limits.ts';
import { BookFileError } from '../problems.ts';
import { isRasterImage } from '../sniff.ts';
import type { Cover, CoverImage } from '../types.ts';
import { dominantColor } from './color.ts';

type SharpFactory = (input: Uint8Array, options: SharpOptions) => Sharp;

const webp = { quality: 78, effort: 2 } as const;
/** Strips and scrolls are fitted into this many times the width. */
const maxHeights = 4;
const hashSide = 100;

let loading: Promise<SharpFactory> | null = null;

async function loadSharp(): Promise<SharpFactory> {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

function fitted(image: Sharp, width: number): Sharp {
  return image.resize({ width, height: width * maxHeights, fit: 'inside', withoutEnlargement: true });
}

/**
 * Thumbnails, placeholder and colour of a cover image. It is decoded once, at the
 * largest width; the rest derives from that. Transparent parts become white,
 * an animation shows its first picture.
 *
 * @throws {BookFileError} `unreadable` when the bytes are no image that can be drawn, `too-large` beyond 50 megapixels.
 */
export async function renderCover(bytes: Buffer, widths: readonly number[]): Promise<Cover> {
  if (!isRasterImage(bytes)) throw new BookFileError('unreadable', 'The cover is not an image of a known format.');
  const sharp = await (loading ??= loadSharp());
  const sourceSha256 = hash('sha256', bytes, 'hex');
  try {
    const input = sharp(bytes, { failOn: 'truncated', limitInputPixels: limits.coverPixels });
    const { autoOrient } = await input.metadata();
    const largest = Math.max(hashSide, ...widths);
    const drawn = await fitted(input.autoOrient().flatten({ background: '#ffffff' }), largest)
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = drawn.info;
    const base = () => sharp(drawn.data, { raw: { width, height, channels } });
    const images: CoverImage[] = [];
    for (const wanted of widths) images.push({ width: wanted, webp: await fitted(base(), wanted).webp(webp).toBuffer() });
    const small = await base()
      .resize({ width: hashSide, height: hashSide, fit: 'inside', withoutEnlargement: true })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return {
      sourceSha256,
      width: autoOrient.width,
      height: autoOrient.height,
      images,
      thumbhash: rgbaToThumbHash(small.info.width, small.info.height, small.data),
      color: dominantColor(small.data),
    };
  } catch (error) {
    const tooLarge = error instanceof Error && /pixel limit/i.test(error.message);
    throw tooLarge
      ? new BookFileError('too-large', 'The cover image has too many pixels.')
      : new BookFileError('unreadable', 'The cover image cannot be drawn.');
  }
}
