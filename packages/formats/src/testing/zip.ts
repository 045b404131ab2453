import { crc32, deflateRawSync } from 'node:zlib'

/** One entry to write; `stored` leaves it as it is, `packed` is written in its place, `size` and `crc` may lie. */
export type ZipEntryInput = {
  name: string | Uint8Array
  data: Uint8Array | string
  stored?: boolean
  packed?: Uint8Array
  size?: number
  crc?: number
  /** General purpose bits; bit 11 (UTF-8) by default. */
  flags?: number
}

const encoder = new TextEncoder()

export function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? encoder.encode(data) : data
}

/** Writes a zip archive (APPNOTE 6.3), entries in the order given, as wrong as they are asked to be. */
export function buildZip(entries: readonly ZipEntryInput[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const entry of entries) {
    const name = bytesOf(entry.name)
    const data = bytesOf(entry.data)
    const packed = entry.packed ?? (entry.stored ? data : deflateRawSync(data))
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(entry.flags ?? 0x800, 2)
    fields.writeUInt16LE(entry.stored ? 0 : 8, 4)
    fields.writeUInt32LE(0x5a210000, 6)
    fields.writeUInt32LE(entry.crc ?? crc32(data), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(entry.size ?? data.length, 18)
    fields.writeUInt16LE(name.length, 22)
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), fields, name, packed)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, name)
    offset += 30 + name.length + packed.length
  }
  const directorySize = directory.reduce((sum, part) => sum + part.length, 0)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length & 0xffff, 8)
  end.writeUInt16LE(entries.length & 0xffff, 10)
  end.writeUInt32LE(directorySize, 12)
  end.writeUInt32LE(offset, 16)
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]))
}
