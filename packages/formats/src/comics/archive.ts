import { listPacked, unpack, type PackedArchive, type PackedFile, type SevenZipType, type UnpackOptions } from '../archive/seven-zip.ts'
import type { Archive, ZipEntry } from '../archive/zip.ts'
import type { ByteSource } from '../source.ts'

/** An archive of pictures, whatever packed it. */
export type ComicArchive = PackedArchive & {
  read(file: PackedFile, options: UnpackOptions): Buffer | Promise<Buffer>
}

const methodsOfOurs: ReadonlySet<number> = new Set([0, 8])

/** Entries of a zip that are not stored or deflated are left to 7-Zip. */
export function zipComic(source: ByteSource, archive: Archive): ComicArchive {
  const isFile = ({ name }: ZipEntry) => !/[\\/]$/.test(name)
  return {
    files: [...archive.entries.values()].filter(isFile),
    incomplete: archive.incomplete,
    read(file, options) {
      const entry = archive.entries.get(file.name)
      return entry && (entry.encrypted || methodsOfOurs.has(entry.method))
        ? archive.read(entry, options.maxBytes).bytes
        : unpack(source, 'zip', file, options)
    },
  }
}

export async function packedComic(source: ByteSource, type: SevenZipType): Promise<ComicArchive> {
  const archive = await listPacked(source, type)
  return { ...archive, read: (file, options) => unpack(source, type, file, options) }
}
