import { crc32 } from 'node:zlib'
import { bytesOf } from './zip.ts'

/** One file of an archive of pictures; `flags` are those of its RAR header (0x8000). */
export type ArchiveFileInput = { name: string; data: Uint8Array | string; flags?: number }

function rarBlock(type: number, flags: number, fields: Uint8Array): Buffer {
  const head = Buffer.alloc(7)
  head[2] = type
  head.writeUInt16LE(flags, 3)
  head.writeUInt16LE(7 + fields.length, 5)
  const block = Buffer.concat([head, fields])
  block.writeUInt16LE(crc32(block.subarray(2)) & 0xffff, 0)
  return block
}

/** Writes a RAR 4 archive of stored files with UTF-8 names. */
export function buildRar(files: readonly ArchiveFileInput[], archiveFlags = 0): Uint8Array<ArrayBuffer> {
  const parts = files.flatMap((file) => {
    const name = bytesOf(file.name)
    const data = bytesOf(file.data)
    const fields = Buffer.alloc(25)
    fields.writeUInt32LE(data.length, 0)
    fields.writeUInt32LE(data.length, 4)
    fields[8] = 3
    fields.writeUInt32LE(crc32(data), 9)
    fields.writeUInt32LE(0x5a210000, 13)
    fields[17] = 20
    fields[18] = 0x30
    fields.writeUInt16LE(name.length, 19)
    fields.writeUInt32LE(0o100644, 21)
    return [rarBlock(0x74, file.flags ?? 0x8200, Buffer.concat([fields, name])), data]
  })
  const marker = Buffer.from('Rar!\x1a\x07\0', 'latin1')
  const end = rarBlock(0x7b, 0x4000, Buffer.alloc(0))
  return new Uint8Array(Buffer.concat([marker, rarBlock(0x73, archiveFlags, Buffer.alloc(6)), ...parts, end]))
}

/** Writes a tar archive (POSIX.1-1988), names of at most 100 bytes. `link` makes a symbolic link. */
export function buildTar(files: readonly (ArchiveFileInput & { link?: string })[]): Uint8Array<ArrayBuffer> {
  const parts = files.flatMap(({ name, data, link }) => {
    const bytes = bytesOf(data)
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0' + '0000000\0'.repeat(2), 100)
    header.write(bytes.length.toString(8).padStart(11, '0'), 124)
    header.write('00000000000\0' + ' '.repeat(8), 136)
    header.write(link === undefined ? '0' : `2${link}`, 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return new Uint8Array(Buffer.concat([...parts, Buffer.alloc(1_024)]))
}
