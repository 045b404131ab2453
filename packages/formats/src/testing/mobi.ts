export type ExthValue = string | number | Uint8Array

/** One MOBI header with its EXTH records; `text` is what the title is encoded in. */
export type MobiHeaderInput = {
  title?: string
  version?: number
  codepage?: 1252 | 65001
  locale?: number
  encryption?: number
  exth?: readonly (readonly [type: number, value: ExthValue])[]
}

export type MobiInput = MobiHeaderInput & {
  /** The name of the database, at most 31 bytes. */
  name?: string
  images?: readonly Uint8Array[]
  /** A KF8 book behind the first one. */
  kf8?: MobiHeaderInput
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

function encoded(text: string, codepage: number): Buffer {
  return Buffer.from(text, codepage === 1252 ? 'latin1' : 'utf8')
}

function headerRecord(input: MobiHeaderInput, firstImage: number): Buffer {
  const { title = 'A Book', version = 6, codepage = 65001, locale = 9, encryption = 0, exth = [] } = input
  const headerLength = 232
  const records = exth.map(([type, value]) => {
    const data = typeof value === 'number' ? numberBytes(value) : typeof value === 'string' ? encoded(value, codepage) : value
    return Buffer.concat([numberBytes(type), numberBytes(8 + data.length), data])
  })
  const body = Buffer.concat(records)
  const block = Buffer.concat([Buffer.from('EXTH'), numberBytes(12 + body.length), numberBytes(records.length), body])
  const padded = Buffer.concat([block, Buffer.alloc(4 - (block.length % 4))])
  const name = encoded(title, codepage)
  const header = Buffer.alloc(16 + headerLength)
  header.writeUInt16BE(2, 0)
  header.writeUInt16BE(4_096, 10)
  header.writeUInt16BE(encryption, 12)
  header.write('MOBI', 16, 'latin1')
  for (const [at, value] of [
    [20, headerLength],
    [24, version >= 8 ? 248 : 2],
    [28, codepage],
    [36, version],
    [84, header.length + padded.length],
    [88, name.length],
    [92, locale],
    [108, firstImage],
    [128, exth.length > 0 ? 0x50 : 0x10],
    [168, 0xffff_ffff],
  ] as const)
    header.writeUInt32BE(value, at)
  return Buffer.concat([header, padded, name, Buffer.alloc(2_052)])
}

/** A Palm database of these records (wiki.mobileread.com/wiki/PDB). */
export function buildPalm(name: string, type: string, records: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(78 + records.length * 8 + 2)
  head.write(name.slice(0, 31), 0, 'latin1')
  head.write(type, 60, 'latin1')
  head.writeUInt16BE(records.length, 76)
  let offset = head.length
  for (const [i, record] of records.entries()) {
    head.writeUInt32BE(offset, 78 + i * 8)
    head.writeUInt32BE(i, 82 + i * 8)
    offset += record.length
  }
  return new Uint8Array(Buffer.concat([head, ...records]))
}

/** A MOBI book of version 6, a KF8 book, or both in one file (wiki.mobileread.com/wiki/MOBI). */
export function buildMobi(input: MobiInput = {}): Uint8Array<ArrayBuffer> {
  const { name = 'A_Book', images = [], kf8 } = input
  const text = Buffer.from('<html><body><p>Once.</p></body></html>')
  const firstImage = images.length > 0 ? 2 : 0xffff_ffff
  const boundary = 2 + images.length
  const exth = kf8 ? [...(input.exth ?? []), [121, boundary + 1] as const] : input.exth
  return buildPalm(name, 'BOOKMOBI', [
    headerRecord({ ...input, ...(exth ? { exth } : {}) }, firstImage),
    text,
    ...images,
    ...(kf8 ? [Buffer.from('BOUNDARY'), headerRecord({ version: 8, ...kf8 }, 0xffff_ffff), text] : []),
    Buffer.from('\xe9\x8e\r\n', 'latin1'),
  ])
}
