import type { ByteSource } from './source.ts'

const headSize = 4_096

/** What a file is by its first bytes. */
export type Sniffed = 'unknown' | 'zip' | 'rar4' | 'rar5' | '7z' | 'tar' | 'image'

export function sniff(source: ByteSource): Sniffed {
  const bytes = source.read(0, headSize)
  const head = bytes.toString('latin1')
  if (head.startsWith('PK')) return 'zip'
  if (head.startsWith('Rar!\x1a\x07\0')) return 'rar4'
  if (head.startsWith('Rar!\x1a\x07\x01\0')) return 'rar5'
  if (head.startsWith('7z\xbc\xaf\x27\x1c')) return '7z'
  if (rasterFormat(bytes)) return 'image'
  return isTarHeader(bytes) ? 'tar' : 'unknown'
}

/** Whether 512 bytes are the header of a file in a tar archive, by its checksum: V7 archives have no magic number. */
function isTarHeader(bytes: Buffer): boolean {
  if (bytes.length < 512 || bytes[0] === 0) return false
  const declared = Number.parseInt(bytes.toString('latin1', 148, 156).trim(), 8)
  let sum = 0
  for (let i = 0; i < 512; i += 1) sum += i >= 148 && i < 156 ? 32 : (bytes[i] ?? 0)
  return sum === declared
}

/** Whether a file starts as a zip archive does (APPNOTE 4.3.7, 4.3.16). */
export function startsLikeZip(source: ByteSource): boolean {
  const head = source.read(0, 4)
  if (head.length < 4) return false
  const signature = head.readUInt32LE(0)
  return signature === 0x04034b50 || signature === 0x06054b50 || signature === 0x08074b50
}

/** Whether a file has the header of a PDF where readers look for it (ISO 32000-1, annex H, 3.4.1). */
export function startsLikePdf(source: ByteSource): boolean {
  return source.read(0, 1_024).includes('%PDF-')
}

/** The raster format that bytes start as, of those that covers are made from. */
export function rasterFormat(bytes: Uint8Array): 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength)).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif'
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp'
  return head.slice(4, 8) === 'ftyp' && /^(avif|avis|mif1|miaf)/.test(head.slice(8, 12)) ? 'avif' : null
}

/** What stands at which offset. */
const otherPictures: readonly (readonly [number, string, string])[] = [
  [0, 'BM', 'image/bmp'],
  [0, 'II*\0', 'image/tiff'],
  [0, 'MM\0*', 'image/tiff'],
  [0, '\xff\x0a', 'image/jxl'],
  [0, '\0\0\0\x0cJXL ', 'image/jxl'],
  [0, '\0\0\0\x0cjP  ', 'image/jp2'],
  [4, 'ftyphei', 'image/heic'],
]

/** The media type of the raster image that bytes start as, of those too that covers are not made from. */
export function pictureType(bytes: Uint8Array): string | null {
  const raster = rasterFormat(bytes)
  if (raster) return `image/${raster}`
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength)).toString('latin1')
  return otherPictures.find(([at, mark]) => head.startsWith(mark, at))?.[2] ?? null
}
