import { isUtf8 } from 'node:buffer'
import { limits } from '../limits.ts'
import { decodeEntities } from '../text/clean.ts'

/** What record 0 of a book tells (wiki.mobileread.com/wiki/MOBI), nothing judged yet. */
export type MobiHeader = {
  /** 0 when the book is not encrypted. */
  encryption: number
  /** 8 is KF8; old files have any number here. */
  version: number
  fullName: string | null
  /** A Windows language identifier. */
  locale: number
  firstImage: number | null
  /** Values of the EXTH header by their type. */
  values: ReadonlyMap<number, readonly Buffer[]>
  /** Whether the EXTH header breaks off. */
  incomplete: boolean
  decode: (bytes: Buffer) => string
}

const none = 0xffff_ffff
const mobiAt = 16
const utf8 = 65_001

function isWindowsPage(page: number): boolean {
  return page >= 1250 && page <= 1258
}

/** Files say cp1252 of what is UTF-8; text in cp1252 beyond ASCII is hardly ever valid UTF-8. */
function decoderOf(page: number): (bytes: Buffer) => string {
  const decoder = new TextDecoder(page === utf8 ? 'utf-8' : `windows-${isWindowsPage(page) ? page : 1252}`)
  return (bytes) => {
    const end = bytes.indexOf(0)
    const text = end < 0 ? bytes : bytes.subarray(0, end)
    return decodeEntities(isUtf8(text) ? text.toString('utf8') : decoder.decode(text))
  }
}

function readExth(record: Buffer, at: number): Pick<MobiHeader, 'values' | 'incomplete'> {
  const values = new Map<number, Buffer[]>()
  const kept = { values, incomplete: true }
  if (at + 12 > record.length || record.toString('latin1', at, at + 4) !== 'EXTH') return kept
  const count = record.readUInt32BE(at + 8)
  let position = at + 12
  for (let i = 0; i < count; i += 1) {
    if (position + 8 > record.length) return kept
    const type = record.readUInt32BE(position)
    const length = record.readUInt32BE(position + 4)
    if (length < 8 || position + length > record.length) return kept
    const list = values.get(type) ?? []
    if (list.length < limits.elementsPerName) list.push(record.subarray(position + 8, position + Math.min(length, limits.elementText)))
    values.set(type, list)
    position += length
  }
  return { values, incomplete: false }
}

/** The header in record 0; of a PalmDOC text, which has only the first 16 bytes of it, the encryption alone. */
export function readHeader(record: Buffer): MobiHeader {
  const number = (at: number) => (at + 4 <= record.length ? record.readUInt32BE(at) : null)
  const encryption = record.length >= 14 ? record.readUInt16BE(12) : 0
  if (record.toString('latin1', mobiAt, mobiAt + 4) !== 'MOBI') {
    return {
      encryption: 0,
      version: 0,
      fullName: null,
      locale: 0,
      firstImage: null,
      values: new Map(),
      incomplete: false,
      decode: decoderOf(1252),
    }
  }
  const length = number(20) ?? 0
  const decode = decoderOf(number(28) ?? 1252)
  const nameAt = number(84) ?? 0
  const nameLength = Math.min(number(88) ?? 0, limits.title * 4)
  const hasExth = length >= 116 && ((number(128) ?? 0) & 0x40) !== 0
  const firstImage = number(108)
  return {
    encryption,
    version: number(36) ?? 0,
    fullName: nameLength > 0 && nameAt > 0 && nameAt < record.length ? decode(record.subarray(nameAt, nameAt + nameLength)) : null,
    locale: number(92) ?? 0,
    firstImage: firstImage === none ? null : firstImage,
    ...(hasExth ? readExth(record, mobiAt + length) : { values: new Map(), incomplete: false }),
    decode,
  }
}
