import { blockSource, type ByteSource } from '../source.ts'

/** One frame of MPEG audio (ISO 11172-3, 2.4.1.3): where it stands and what it holds, `size` in bytes, `bitrate` in bits per second. */
export type Frame = { at: number; size: number; samples: number; rate: number; bitrate: number; sideInfo: number }

const rates = [44_100, 48_000, 32_000]
const bitrates = {
  first2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  first3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  second: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}

/** The header of a frame of layer 2 or 3; free formats are not read. */
function frameAt(source: ByteSource, at: number): Frame | null {
  const head = source.read(at, 4)
  if (head.length < 4) return null
  const [sync = 0, kind = 0, coding = 0, mode = 0] = head
  const version = (kind >> 3) & 3
  const layer = 4 - ((kind >> 1) & 3)
  if (sync !== 0xff || kind >> 5 !== 7 || version === 1 || (layer !== 2 && layer !== 3)) return null
  const isFirst = version === 3
  const table = !isFirst ? bitrates.second : layer === 2 ? bitrates.first2 : bitrates.first3
  const bitrate = (table[(coding >> 4) - 1] ?? 0) * 1_000
  const rate = (rates[(coding >> 2) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4)
  if (bitrate === 0 || rate === 0) return null
  const samples = layer === 3 && !isFirst ? 576 : 1_152
  const isMono = mode >> 6 === 3
  const sideInfo = isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17
  return { at, size: Math.floor((samples * bitrate) / 8 / rate) + ((coding >> 1) & 1), samples, rate, bitrate, sideInfo }
}

/** The next frame from `from` on that another of its kind follows, within `reach` bytes. */
function nextFrame(source: ByteSource, from: number, reach: number): Frame | null {
  const bytes = source.read(from, reach)
  for (let i = bytes.indexOf(0xff); i >= 0; i = bytes.indexOf(0xff, i + 1)) {
    const frame = frameAt(source, from + i)
    if (!frame) continue
    const end = frame.at + frame.size
    if (end === source.size || frameAt(source, end)?.rate === frame.rate) return frame
  }
  return null
}

/** Where the ID3v2 tags at the start of a file end (ID3v2.4, 3.1). */
export function endOfId3(source: ByteSource): number {
  let end = 0
  for (let tags = 0; tags < 4; tags += 1) {
    const head = source.read(end, 10)
    if (head.length < 10 || !head.toString('latin1').startsWith('ID3')) break
    const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + ((head[i] ?? 0) & 0x7f), 0)
    end += 10 + size + ((head[5] ?? 0) & 0x10 ? 10 : 0)
  }
  return end
}

const firstReach = 64 * 1024

/** The first frame of an MP3 file, null when it is none. */
export function firstFrame(source: ByteSource): Frame | null {
  return nextFrame(source, endOfId3(source), firstReach)
}

/** The number of frames that the encoder wrote into the first (Xing, VBRI). */
function statedFrames(source: ByteSource, { at, sideInfo }: Frame): number | null {
  const xing = source.read(at + 4 + sideInfo, 12)
  if (xing.length === 12 && /^(?:Xing|Info)/.test(xing.toString('latin1')) && (xing[7] ?? 0) & 1) return xing.readUInt32BE(8)
  const vbri = source.read(at + 36, 18)
  return vbri.length === 18 && vbri.toString('latin1').startsWith('VBRI') ? vbri.readUInt32BE(14) : null
}

const places = 12
const placeReach = 8 * 1024

function hasOneBitrate(source: ByteSource, first: Frame): boolean {
  const step = Math.floor((source.size - first.at) / (places + 1))
  for (let i = 1; i <= places; i += 1) {
    const frame = nextFrame(source, first.at + i * step, placeReach)
    if (frame && frame.bitrate !== first.bitrate) return false
  }
  return true
}

function samplesOfAll(source: ByteSource, first: Frame): number {
  const blocks = blockSource(source)
  let samples = 0
  for (let frame: Frame | null = first; frame;) {
    samples += frame.samples
    const end: number = frame.at + frame.size
    frame = frameAt(blocks, end) ?? nextFrame(blocks, end, firstReach)
  }
  return samples
}

/** Seconds: as the encoder stated, else by the bitrate when it is constant, else by walking through all frames. */
export function mpegDuration(source: ByteSource, first: Frame): number {
  const stated = statedFrames(source, first)
  if (stated !== null && stated > 0) return (stated * first.samples) / first.rate
  if (!hasOneBitrate(source, first)) return samplesOfAll(source, first) / first.rate
  const hasId3v1 = source.read(source.size - 128, 3).toString('latin1') === 'TAG'
  return ((source.size - first.at - (hasId3v1 ? 128 : 0)) * 8) / first.bitrate
}
