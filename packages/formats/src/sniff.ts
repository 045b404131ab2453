import type { ByteSource } from './source.ts'

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
