import type { Archive } from '../archive/zip.ts'
import { limits } from '../limits.ts'
import type { OpenBook } from '../open.ts'
import { BookFileError } from '../problems.ts'
import type { BookMetadata, Problem } from '../types.ts'
import { decodeXml } from '../xml/decode.ts'
import { findPackage } from './container.ts'
import { readEpubContents, typeOfEntry } from './contents.ts'
import { findCover, isDrawing } from './cover.ts'
import { readEncryption, type Encryption } from './encryption.ts'
import { readMetadata } from './metadata.ts'
import { deobfuscated } from './obfuscation.ts'
import { parsePackage, type PackageDocument } from './package.ts'
import { isVertical } from './writing.ts'

type Opened = { document: PackageDocument; base: string }

function openPackage(archive: Archive, warnings: Problem[]): Opened {
  const entry = findPackage(archive, warnings)
  const { bytes, intact } = archive.read(entry, limits.xmlBytes)
  if (!intact) warnings.push({ code: 'corrupt-archive', detail: 'The package document does not match its checksum.' })
  return { document: parsePackage(decodeXml(bytes)), base: entry.name }
}

function coverOf(archive: Archive, { document, base }: Opened, locked: ReadonlySet<string>): string | null {
  const cover = findCover(archive, base, document)?.name ?? null
  return cover !== null && locked.has(cover) ? null : cover
}

type Epub = Opened & { archive: Archive; encryption: Encryption; metadata: BookMetadata; cover: string | null; warnings: Problem[] }

/**
 * Metadata and cover entry of an EPUB 2 or 3 book.
 *
 * @throws {BookFileError} when the archive holds no readable package document.
 */
export function readEpub(archive: Archive): Epub {
  const warnings: Problem[] = []
  if (archive.incomplete) {
    warnings.push({ code: 'corrupt-archive', detail: 'The directory of the archive breaks off.' })
  }
  const encryption = readEncryption(archive, warnings)
  const opened = openPackage(archive, warnings)
  const metadata = readMetadata(opened.document)
  return {
    ...opened,
    archive,
    encryption,
    metadata: {
      ...metadata,
      vertical: metadata.vertical || isVertical(archive, opened.base, opened.document, metadata),
      drm: encryption.drm,
    },
    cover: coverOf(archive, opened, encryption.entries),
    warnings: warnings.slice(0, limits.warnings),
  }
}

function readPart({ archive, base, document, encryption }: Epub, name: string, maxBytes: number) {
  const entry = archive.entries.get(name)
  if (!entry) throw new BookFileError('vanished', 'The book has no such part.')
  if (encryption.entries.has(name)) {
    throw new BookFileError('encrypted', `This part of the book is protected (${encryption.drm ?? 'unknown'}).`)
  }
  const { bytes } = archive.read(entry, Math.min(maxBytes, limits.partBytes))
  const obfuscation = encryption.obfuscated.get(name)
  return {
    bytes: obfuscation ? deobfuscated(bytes, obfuscation, document) : bytes,
    mediaType: typeOfEntry(archive, base, document, entry),
  }
}

/**
 * Opens an EPUB 2 or 3 book.
 *
 * @throws {BookFileError} when the archive holds no readable package document.
 */
export function openEpub(archive: Archive): OpenBook {
  const epub = readEpub(archive)
  const { base, document, encryption, metadata, cover, warnings } = epub
  return {
    format: 'epub',
    metadata,
    warnings,
    hasCover: cover !== null,
    readCover() {
      const entry = cover === null ? undefined : archive.find(cover)
      if (!entry) return null
      return isDrawing(entry.name) ? { svg: archive.read(entry, limits.xmlBytes).bytes } : archive.read(entry, limits.coverBytes).bytes
    },
    readContents: () => readEpubContents(archive, base, document, encryption),
    readPart: (name, maxBytes) => readPart(epub, name, maxBytes),
  }
}
