type Chapter = { start: number; title: string }
type Raw = Uint8Array | string

const bytes = (...parts: (Raw | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
const u16 = (value: number) => [(value >> 8) & 255, value & 255]
const u32 = (value: number) => [...u16(Math.floor(value / 65_536)), ...u16(value % 65_536)]
const u32le = (value: number) => u32(value).toReversed()

/** One frame of ID3v2.4. */
export function id3Frame(id: string, content: Uint8Array): Buffer {
  const { length } = content
  return bytes(id, [(length >> 21) & 127, (length >> 14) & 127, (length >> 7) & 127, length & 127, 0, 0], content)
}

/** Text frames by their codes, `TXXX:NAME` among them; UTF-8. */
function textFrame(id: string, text: string): Buffer {
  const [code = '', name] = id.split(':')
  if (code === 'COMM') return id3Frame(code, bytes([3], 'eng', `${name ?? ''}\0`, text))
  return id3Frame(code, bytes([3], name === undefined ? '' : `${name}\0`, text))
}

/** `kind` is 3 for a front cover. */
export type PictureInput = { data: Uint8Array; kind?: number }

export type Mp3Input = {
  tags?: Readonly<Record<string, string>>
  chapters?: readonly Chapter[]
  pictures?: readonly PictureInput[]
  /** Raw frames of ID3. */
  frames?: readonly Buffer[]
  /** Seconds, 10 by default. */
  seconds?: number
  /** Whether the first frame tells how many there are; without it the bitrate alternates. */
  xing?: boolean
  constant?: boolean
}

const mp3Rate = 44_100
const mp3Samples = 1_152

/**
 * A silent frame of MPEG 1, layer 3, mono, 44.1 kHz; `index` of its bitrate in the table: 5 is 64, 9 is 128 kbit/s.
 * All but one in fifty have the byte more that keeps to the bitrate.
 */
function mp3Frame(index: number, count = 0): Buffer {
  const bitrate = index === 9 ? 128_000 : 64_000
  const padding = count % 50 === 0 ? 0 : 1
  const frame = Buffer.alloc(Math.floor((mp3Samples / 8) * (bitrate / mp3Rate)) + padding)
  frame.set([0xff, 0xfb, (index << 4) | (padding << 1), 0xc0])
  return frame
}

/** Writes an MP3 file of silence with ID3v2.4. */
export function buildMp3(input: Mp3Input = {}): Uint8Array<ArrayBuffer> {
  const { tags = {}, chapters = [], pictures = [], frames = [], seconds = 10, xing = true, constant = false } = input
  const count = Math.round((seconds * mp3Rate) / mp3Samples)
  const chap = chapters.map(({ start, title }, i) => {
    const end = chapters[i + 1]?.start ?? seconds
    return id3Frame(
      'CHAP',
      bytes(
        `ch${i}\0`,
        u32(Math.round(start * 1_000)),
        u32(Math.round(end * 1_000)),
        u32(0xffffffff),
        u32(0xffffffff),
        textFrame('TIT2', title),
      ),
    )
  })
  const apic = pictures.map(({ data, kind = 3 }) => id3Frame('APIC', bytes([3], 'image/jpeg\0', [kind], '\0', data)))
  const all = bytes(...Object.entries(tags).map(([id, text]) => textFrame(id, text)), ...chap, ...apic, ...frames)
  const size = [(all.length >> 21) & 127, (all.length >> 14) & 127, (all.length >> 7) & 127, all.length & 127]
  const head = all.length > 0 ? bytes('ID3', [4, 0, 0], size, all) : Buffer.alloc(0)
  const sound = Array.from({ length: count }, (_, i) => mp3Frame(constant || i % 40 < 20 ? 5 : 9, i))
  if (xing) {
    const first = mp3Frame(9)
    first.set(bytes('Xing', u32(3), u32(count), u32(sound.reduce((sum, frame) => sum + frame.length, 0))), 4 + 17)
    sound.unshift(first)
  }
  return new Uint8Array(bytes(head, ...sound))
}

function box(name: string, ...content: (Raw | number[])[]): Buffer {
  const inner = bytes(...content)
  return bytes(u32(inner.length + 8), Buffer.from(name, 'latin1'), inner)
}

const full = (name: string, ...content: (Raw | number[])[]) => box(name, [0, 0, 0, 0], ...content)

export type M4bInput = {
  /** Items by their code, `©nam`, or by a name behind `----:`. */
  tags?: Readonly<Record<string, string>>
  track?: number
  disc?: number
  chapters?: readonly Chapter[]
  /** How chapters are written: Nero's list or QuickTime's text track. */
  kind?: 'chpl' | 'track'
  picture?: Uint8Array
  seconds?: number
  brand?: string
  /** Format of the samples. */
  codec?: string
  /** Whether tags have numbers that a list of keys names. */
  numbered?: boolean
}

const zeros = (count: number) => Array.from({ length: count }, () => 0)
const identity = [...u32(0x10000), ...zeros(12), ...u32(0x10000), ...zeros(12), ...u32(0x40000000)]

function trackBox(
  id: number,
  handler: string,
  scale: number,
  duration: number,
  entry: Buffer,
  durations: readonly number[],
  sizes: readonly number[],
  offsets: readonly number[],
  links: Buffer,
): Buffer {
  const table = box(
    'stbl',
    full('stsd', u32(1), entry),
    full('stts', u32(durations.length), ...durations.map((each) => [...u32(1), ...u32(each)])),
    full('stsc', u32(1), u32(1), u32(1), u32(1)),
    full('stsz', u32(0), u32(sizes.length), ...sizes.map(u32)),
    full('stco', u32(offsets.length), ...offsets.map(u32)),
  )
  const media = box(
    'mdia',
    full('mdhd', zeros(8), u32(scale), u32(duration), u16(0x55c4), u16(0)),
    full('hdlr', u32(0), handler, zeros(12), [0]),
    box('minf', full('smhd', zeros(4)), table),
  )
  return box('trak', full('tkhd', zeros(8), u32(id), zeros(4), u32(duration), zeros(16), identity, zeros(8)), links, media)
}

function itemBox(name: string, type: number, data: Raw | number[]): Buffer {
  const value = box('data', u32(type), u32(0), data)
  if (!name.startsWith('----:')) return box(name, value)
  return box('----', full('mean', 'com.apple.iTunes'), full('name', name.slice(5)), value)
}

/** Writes an MP4 file with one track of nothing. */
export function buildM4b(input: M4bInput = {}): Uint8Array<ArrayBuffer> {
  const { tags = {}, chapters = [], kind = 'chpl', seconds = 100, brand = 'M4B ', codec = 'mp4a', picture } = input
  const texts = kind === 'track' ? chapters.map(({ title }) => bytes(u16(Buffer.byteLength(title)), title)) : []
  const ftyp = box('ftyp', brand, u32(0), 'isom')
  const mdat = box('mdat', zeros(100), ...texts)
  const start = ftyp.length + 8
  const scale = 1_000
  const entry = box(codec, zeros(6), u16(1), zeros(8), u16(2), u16(16), zeros(4), u32(44_100 * 65_536))
  const hasText = texts.length > 0
  const links = hasText ? box('tref', box('chap', u32(2))) : Buffer.alloc(0)
  const sound = trackBox(1, 'soun', scale, seconds * scale, entry, [seconds * scale], [100], [start], links)
  const offsets = texts.map((_, i) => start + 100 + texts.slice(0, i).reduce((sum, text) => sum + text.length, 0))
  const durations = chapters.map((chapter, i) => Math.round(((chapters[i + 1]?.start ?? seconds) - chapter.start) * scale))
  const text = hasText
    ? trackBox(
        2,
        'text',
        scale,
        seconds * scale,
        box('text', zeros(6), u16(1), zeros(43)),
        durations,
        texts.map((each) => each.length),
        offsets,
        Buffer.alloc(0),
      )
    : Buffer.alloc(0)
  const list = chapters.map(({ start: at, title }) => bytes(u32(0), u32(at * 10_000_000), [Buffer.byteLength(title)], title))
  const chpl = kind === 'chpl' && chapters.length > 0 ? box('chpl', [1, 0, 0, 0], zeros(4), [chapters.length], ...list) : Buffer.alloc(0)
  const names = Object.keys(tags)
  const items = Object.entries(tags).map(([name, value], i) =>
    input.numbered ? box(Buffer.from(u32(i + 1)).toString('latin1'), box('data', u32(1), u32(0), value)) : itemBox(name, 1, value),
  )
  if (input.track !== undefined) items.push(itemBox('trkn', 0, [0, 0, ...u16(input.track), 0, 0, 0, 0]))
  if (input.disc !== undefined) items.push(itemBox('disk', 0, [0, 0, ...u16(input.disc), 0, 0]))
  if (picture) items.push(itemBox('covr', picture[0] === 0xff ? 13 : 14, picture))
  const keys = input.numbered ? full('keys', u32(names.length), ...names.map((name) => box('mdta', name))) : Buffer.alloc(0)
  const handler = input.numbered ? 'mdta' : 'mdir'
  const meta = full('meta', full('hdlr', u32(0), handler, zeros(12), [0]), keys, box('ilst', ...items))
  const mvhd = full('mvhd', zeros(8), u32(scale), u32(seconds * scale), u32(0x10000), u16(0x100), zeros(10), identity, zeros(24), u32(3))
  return new Uint8Array(bytes(ftyp, mdat, box('moov', mvhd, sound, text, box('udta', chpl, meta))))
}

function vorbisComments(comments: readonly (readonly [string, string])[]): Buffer {
  const texts = comments.map(([name, value]) => Buffer.from(`${name}=${value}`))
  return bytes(u32le(6), 'Carrel', u32le(texts.length), ...texts.flatMap((text) => [u32le(text.length), text]))
}

export type VorbisInput = { comments?: readonly (readonly [string, string])[]; pictures?: readonly PictureInput[]; seconds?: number }

const flacPicture = ({ data, kind = 3 }: PictureInput) =>
  bytes(u32(kind), u32(10), 'image/jpeg', u32(0), u32(1), u32(1), u32(24), u32(0), u32(data.length), data)

/** Writes the head of a FLAC file (RFC 9639, 8) without sound. */
export function buildFlac({ comments = [], pictures = [], seconds = 10 }: VorbisInput = {}): Uint8Array<ArrayBuffer> {
  const rate = 44_100
  const total = rate * seconds
  const info = bytes(
    u16(4_096),
    u16(4_096),
    zeros(6),
    [rate >> 12, (rate >> 4) & 255, ((rate & 15) << 4) | 2, 0xf0 | Math.floor(total / 2 ** 32)],
    u32(total % 2 ** 32),
    zeros(16),
  )
  const blocks: [number, Buffer][] = [
    [0, info],
    [4, vorbisComments(comments)],
    ...pictures.map((each): [number, Buffer] => [6, flacPicture(each)]),
  ]
  return new Uint8Array(
    bytes(
      'fLaC',
      ...blocks.flatMap(([type, data], i) => [[(i === blocks.length - 1 ? 128 : 0) | type, ...u32(data.length).slice(1)], data]),
      zeros(64),
    ),
  )
}

function oggPages(packet: Buffer, first: number, granule: number, kind: number): Buffer[] {
  const pages: Buffer[] = []
  const most = 255 * 255
  for (let at = 0; at === 0 || at < packet.length; at += most) {
    const part = packet.subarray(at, at + most)
    const isEnd = at + most > packet.length
    const segments = [...Array.from({ length: Math.floor(part.length / 255) }, () => 255), ...(isEnd ? [part.length % 255] : [])]
    const position = bytes(u32le(granule % 2 ** 32), u32le(Math.floor(granule / 2 ** 32)))
    pages.push(
      bytes(
        'OggS',
        [0, at > 0 ? kind | 1 : kind],
        position,
        u32le(77),
        u32le(first + pages.length),
        u32le(0),
        [segments.length],
        segments,
        part,
      ),
    )
  }
  return pages
}

/** Writes an Ogg file of Vorbis or Opus without sound. */
export function buildOgg({
  codec,
  comments = [],
  pictures = [],
  seconds = 10,
}: VorbisInput & { codec: 'vorbis' | 'opus' }): Uint8Array<ArrayBuffer> {
  const isOpus = codec === 'opus'
  const head = isOpus
    ? bytes('OpusHead', [1, 2], [56, 1], u32le(48_000), [0, 0, 0])
    : bytes('\x01vorbis', u32le(0), [2], u32le(44_100), zeros(12), [0xb8, 1])
  const all = [...comments, ...pictures.map((each) => ['METADATA_BLOCK_PICTURE', flacPicture(each).toString('base64')] as const)]
  const tags = isOpus ? bytes('OpusTags', vorbisComments(all)) : bytes('\x03vorbis', vorbisComments(all), [1])
  const granule = isOpus ? seconds * 48_000 + 312 : seconds * 44_100
  const pages = [...oggPages(head, 0, 0, 2), ...oggPages(tags, 1, 0, 0)]
  for (let i = 0; i < 20; i += 1)
    pages.push(...oggPages(Buffer.alloc(100), pages.length, Math.floor((granule * (i + 1)) / 20), i === 19 ? 4 : 0))
  return new Uint8Array(bytes(...pages))
}
