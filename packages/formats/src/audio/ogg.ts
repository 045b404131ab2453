import type { ByteSource } from '../source.ts'

/** `rate` is 0 where its header says it too deep inside. */
type Stream = { codec: 'vorbis' | 'opus' | 'flac'; serial: number; rate: number; skipped: number }

const firstPages = 8

/** The first audio stream among the first pages of an Ogg file (RFC 3533, 6; RFC 7845, 5.1; Vorbis I, 4.2.2). */
export function oggStream(source: ByteSource): Stream | null {
  let at = 0
  for (let page = 0; page < firstPages; page += 1) {
    const head = source.read(at, 27 + 255)
    if (head.length < 28 || head.toString('latin1', 0, 4) !== 'OggS') return null
    const serial = head.readUInt32LE(14)
    const segments = head[26] ?? 0
    const packet = source.read(at + 27 + segments, 20)
    const name = packet.toString('latin1')
    if (packet.length >= 16 && name.startsWith('\x01vorbis')) return { codec: 'vorbis', serial, rate: packet.readUInt32LE(12), skipped: 0 }
    if (packet.length >= 16 && name.startsWith('OpusHead')) return { codec: 'opus', serial, rate: 48_000, skipped: packet.readUInt16LE(10) }
    if (name.startsWith('\x7fFLAC')) return { codec: 'flac', serial, rate: 0, skipped: 0 }
    at += 27 + segments + head.subarray(27, 27 + segments).reduce((sum, size) => sum + size, 0)
  }
  return null
}

/** More than the two longest pages. */
const tailBytes = 192 * 1024

/** Seconds, by the position that the last page of the stream states; null when none is found. */
export function oggDuration(source: ByteSource, { serial, rate, skipped }: Stream): number | null {
  if (rate === 0) return null
  const tail = source.read(Math.max(0, source.size - tailBytes), tailBytes)
  for (let at = tail.lastIndexOf('OggS'); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf('OggS', at - 1)) {
    if (at + 27 > tail.length || tail.readUInt32LE(at + 14) !== serial) continue
    const position = Number(tail.readBigInt64LE(at + 6))
    if (position > skipped) return (position - skipped) / rate
  }
  return null
}
