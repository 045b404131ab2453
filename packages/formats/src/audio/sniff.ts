import type { ByteSource } from '../source.ts'
import type { BookFormat } from '../types.ts'
import { mp4Brands } from './mp4.ts'
import { endOfId3, firstFrame } from './mpeg.ts'
import { oggStream } from './ogg.ts'

export type AudioFormat = Extract<BookFormat, 'mp3' | 'm4b' | 'flac' | 'ogg' | 'opus'>

/** Brands of files that are no sound: pictures, films of QuickTime and of cameras. */
const otherBrands = /^(?:avif|avis|heic|heix|hevc|mif1|msf1|crx |jp2 |jpx )/

/** The format of an audio file by its content, null when it is none that is known. */
export function audioFormat(source: ByteSource): AudioFormat | null {
  const head = source.read(0, 4).toString('latin1')
  const [brand] = mp4Brands(source)
  if (brand !== undefined) return otherBrands.test(brand) ? null : 'm4b'
  if (head === 'OggS') {
    const codec = oggStream(source)?.codec
    return codec === undefined ? null : codec === 'opus' ? 'opus' : 'ogg'
  }
  const hasId3 = head.startsWith('ID3')
  if (source.read(hasId3 ? endOfId3(source) : 0, 4).toString('latin1') === 'fLaC') return 'flac'
  const mayBeFrames = head.startsWith('\xff') || head.startsWith('\0')
  return hasId3 || (mayBeFrames && firstFrame(source)) ? 'mp3' : null
}
