import { hash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { buildZip, type ZipEntryInput } from './zip.ts'

export type Random = {
  /** An integer from 0 up to, not including, `end`. */
  below(end: number): number
  pick<T>(list: readonly T[]): T
}

/** Numbers that follow from their seed alone (mulberry32). */
export function randomOf(seed: string): Random {
  let state = hash('sha256', seed, 'buffer').readUInt32LE(0)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return { below, pick: (list) => list[below(list.length)] as never }
}

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer

const edge = 4_096

/** Headers and directories stand at the edges, so half of all changes are made there. */
function placeIn(bytes: Buffer, random: Random): number {
  const near = Math.min(edge, bytes.length)
  switch (random.below(4)) {
    case 0:
      return random.below(near)
    case 1:
      return bytes.length - near + random.below(near)
    default:
      return random.below(bytes.length)
  }
}

function flipBits(bytes: Buffer, random: Random): Buffer {
  for (let left = 1 << random.below(8); left > 0; left -= 1) {
    const at = placeIn(bytes, random)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  }
  return bytes
}

function writeRun(bytes: Buffer, random: Random): Buffer {
  const at = placeIn(bytes, random)
  const end = Math.min(bytes.length, at + 1 + random.below(512))
  if (random.below(2) === 0) return bytes.fill(random.pick([0, 0xff, 0x20, 0x3c, random.below(256)]), at, end)
  for (let i = at; i < end; i += 1) bytes[i] = random.below(256)
  return bytes
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * random.pick([0.01, 0.1, 0.5, 0.9, 0.99])))
}

function blankMiddle(bytes: Buffer, random: Random): Buffer {
  const length = 1 + random.below(Math.ceil(bytes.length / 2))
  const start = random.below(bytes.length - length + 1)
  return bytes.fill(0, start, start + length)
}

function moveChunk(bytes: Buffer, random: Random): Buffer {
  const length = 1 + random.below(Math.ceil(bytes.length / 4))
  const from = random.below(bytes.length - length + 1)
  const to = random.below(bytes.length - length + 1)
  const chunk = Buffer.from(bytes.subarray(from, from + length))
  if (random.below(2) === 0) return Buffer.concat([bytes.subarray(0, to), chunk, bytes.subarray(to)])
  bytes.copy(bytes, from, to, to + length)
  chunk.copy(bytes, to)
  return bytes
}

function splice(bytes: Buffer, random: Random, other: Buffer): Buffer {
  const [first, second] = random.below(2) === 0 ? [bytes, other] : [other, bytes]
  return Buffer.concat([first.subarray(0, first.length / 2), second.subarray(second.length / 2)])
}

const telling = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff]

function writeNumber(bytes: Buffer, at: number, width: number, random: Random, bigEndian: boolean): void {
  if (at < 0 || at + width > bytes.length) return
  const before = bigEndian ? bytes.readUIntBE(at, width) : bytes.readUIntLE(at, width)
  const value = random.pick([random.pick(telling), before + 1, before - 1, before * 2, random.below(2 ** 32), bytes.length])
  const fitting = ((value % 2 ** (8 * width)) + 2 ** (8 * width)) % 2 ** (8 * width)
  if (bigEndian) bytes.writeUIntBE(fitting, at, width)
  else bytes.writeUIntLE(fitting, at, width)
}

/** Offsets of the records of a zip directory. */
function directoryOf(bytes: Buffer): number[] {
  const found: number[] = []
  for (
    let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0 && found.length < 5_000;
    at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1')
  ) {
    if (at + 46 <= bytes.length) found.push(at)
  }
  return found
}

/** Fields of a directory record and of a local header (APPNOTE 4.3.12, 4.3.7): offset and width. */
const directoryFields = [[6, 2], [8, 2], [10, 2], [16, 4], [20, 4], [24, 4], [28, 2], [30, 2], [32, 2], [42, 4]] as const // prettier-ignore
const localFields = [[4, 2], [6, 2], [8, 2], [14, 4], [18, 4], [22, 4], [26, 2], [28, 2]] as const // prettier-ignore
const endFields = [[4, 2], [6, 2], [8, 2], [10, 2], [12, 4], [16, 4], [20, 2]] as const // prettier-ignore

function changeNumbers(bytes: Buffer, random: Random): Buffer {
  const directory = directoryOf(bytes)
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    if (directory.length === 0) {
      const width = random.pick([2, 4])
      writeNumber(bytes, Math.min(placeIn(bytes, random), bytes.length - width), width, random, random.below(2) === 0)
      continue
    }
    const record = random.pick(directory)
    const kind = random.below(3)
    const start = kind === 0 ? record : kind === 1 ? bytes.readUInt32LE(record + 42) : bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1')
    const [at, width] = random.pick<readonly [number, number]>(kind === 0 ? directoryFields : kind === 1 ? localFields : endFields)
    writeNumber(bytes, start + at, width, random, false)
  }
  return bytes
}

function entriesOf(bytes: Buffer): ZipEntryInput[] {
  return directoryOf(bytes).flatMap((at) => {
    const method = bytes.readUInt16LE(at + 10)
    const local = bytes.readUInt32LE(at + 42)
    if (local + 30 > bytes.length || (method !== 0 && method !== 8)) return []
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    return [
      {
        name: bytes.subarray(at + 46, at + 46 + bytes.readUInt16LE(at + 28)),
        data: '',
        stored: method === 0,
        packed: bytes.subarray(start, start + bytes.readUInt32LE(at + 20)),
        size: bytes.readUInt32LE(at + 24),
        crc: bytes.readUInt32LE(at + 16),
        flags: bytes.readUInt16LE(at + 8) & ~8,
      },
    ]
  })
}

/** Swaps what two entries hold, writes one twice under one name, or changes their order; other files lose the order of their parts. */
function shuffleEntries(bytes: Buffer, random: Random): Buffer {
  const entries = entriesOf(bytes)
  if (entries.length < 2) return moveChunk(bytes, random)
  const [a, b] = [random.below(entries.length), random.below(entries.length)]
  const [first, second] = [entries[a], entries[b]] as [ZipEntryInput, ZipEntryInput]
  switch (random.below(4)) {
    case 0:
      entries[a] = { ...second, name: first.name }
      entries[b] = { ...first, name: second.name }
      break
    case 1:
      entries.splice(random.below(entries.length), 0, first)
      break
    case 2:
      entries.push({ ...second, name: first.name })
      break
    default:
      entries[a] = second
      entries[b] = first
  }
  return Buffer.from(buildZip(entries))
}

const tokensAtMost = 2 ** 20

/** Tags, or lines where there are none, written twice, left out, or put elsewhere. */
function changeTokens(bytes: Buffer, random: Random): Buffer {
  if (bytes.length > 4 * tokensAtMost) return moveChunk(bytes, random)
  const text = bytes.toString('latin1')
  const byTags = text.split(/(?=<)|(?<=>)/)
  const tokens = byTags.length > 10 ? byTags : text.split(/(?<=\n)/)
  for (let left = 1 << random.below(5); left > 0; left -= 1) {
    const at = random.below(tokens.length)
    const token = tokens[at] ?? ''
    switch (random.below(5)) {
      case 0:
        tokens.splice(at, 1)
        break
      case 1:
        tokens.splice(at, 0, token)
        break
      case 2:
        tokens[at] = token.slice(0, 512).repeat(1 << random.below(12))
        break
      case 3:
        tokens.splice(random.below(tokens.length), 0, token)
        break
      default:
        tokens[at] = token.replace(/["'>/=]/, '')
    }
  }
  return Buffer.from(tokens.join(''), 'latin1')
}

const documents = /\.(?:opf|xml|ncx|xhtml|html?|svg|fb2)$/i

/** `changeTokens` of one document inside an archive, or of the whole file. */
function changeMarkup(bytes: Buffer, random: Random): Buffer {
  const entries = entriesOf(bytes)
  const chosen = entries.filter(({ name, size = 0 }) => documents.test(Buffer.from(name).toString('latin1')) && size <= tokensAtMost)
  if (chosen.length === 0) return changeTokens(bytes, random)
  const entry = random.pick(chosen)
  const packed = Buffer.from(entry.packed ?? [])
  let data: Buffer
  try {
    data = entry.stored ? packed : inflateRawSync(packed, { maxOutputLength: tokensAtMost })
  } catch {
    return moveChunk(bytes, random)
  }
  const changed = { name: entry.name, data: changeTokens(data, random) }
  return Buffer.from(buildZip(entries.map((each) => (each === entry ? changed : each))))
}

const mutations: Record<string, Mutation> = {
  'bit flips': flipBits,
  'byte run': writeRun,
  truncation: truncate,
  'blank middle': blankMiddle,
  'entries or parts moved': shuffleEntries,
  'numbers in headers': changeNumbers,
  'two halves': splice,
  'markup or lines': changeMarkup,
}
const kinds = Object.keys(mutations)

export type Mutant = { bytes: Buffer; kind: string }

/** The `n`-th mutant of a file: the same for the same seed, name and bytes. `other` is a file of which it may get a half. */
export function mutate(file: { name: string; bytes: Uint8Array }, other: Uint8Array, seed: number, n: number): Mutant {
  const random = randomOf(`${seed}/${file.name}/${n}`)
  const chosen = random.below(4) === 0 ? [random.pick(kinds), random.pick(kinds)] : [random.pick(kinds)]
  let bytes = Buffer.from(file.bytes)
  for (const kind of chosen) {
    if (bytes.length > 0) bytes = Buffer.from(mutations[kind]?.(bytes, random, Buffer.from(other)) ?? bytes)
  }
  return { bytes, kind: chosen.join(', ') }
}
