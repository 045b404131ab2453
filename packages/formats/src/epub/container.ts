import { resolveEntry } from '../archive/paths.ts'
import type { Archive, ZipEntry } from '../archive/zip.ts'
import { limits } from '../limits.ts'
import { BookFileError, toProblem } from '../problems.ts'
import type { Problem } from '../types.ts'
import { decodeXml } from '../xml/decode.ts'
import { attribute, walkXml } from '../xml/walk.ts'

const packageType = 'application/oebps-package+xml'

function rootfiles(xml: string): string[] {
  const declared: string[] = []
  const others: string[] = []
  walkXml(xml, {
    open(name, attributes) {
      const path = attribute(attributes, 'full-path')
      if (name !== 'rootfile' || path === undefined) return
      ;(attribute(attributes, 'media-type') === packageType ? declared : others).push(path)
    },
  })
  return [...declared, ...others.filter((path) => /\.opf$/i.test(path))]
}

function looksLikeEpub(archive: Archive): boolean {
  if ([...archive.entries.keys()].some((name) => /^META-INF\//i.test(name))) return true
  const type = archive.find('mimetype')
  if (!type) return false
  try {
    return archive.read(type, 1_000).bytes.toString('latin1').includes('application/epub+zip')
  } catch {
    return false
  }
}

/**
 * The package document that META-INF/container.xml names first (EPUB 3.3, 4.2.6.3.1),
 * else the topmost `.opf` in the archive, with a warning.
 *
 * @throws {BookFileError} `missing-container`, `missing-package`, `corrupt-archive` or `not-a-book`.
 */
export function findPackage(archive: Archive, warnings: Problem[]): ZipEntry {
  const container = archive.find('META-INF/container.xml')
  if (container) {
    try {
      const xml = decodeXml(archive.read(container, limits.xmlBytes).bytes)
      for (const path of rootfiles(xml)) {
        const entry = archive.find(path) ?? resolveEntry(archive, '', path)
        if (entry) return entry
      }
    } catch (error) {
      warnings.push(toProblem(error))
    }
  }
  const depth = (entry: ZipEntry) => entry.name.split('/').length
  const [stray] = [...archive.entries.values()].filter((entry) => /\.opf$/i.test(entry.name)).sort((a, b) => depth(a) - depth(b))
  if (stray) {
    warnings.push({ code: 'missing-container', detail: 'The container file does not name the package document.' })
    return stray
  }
  if (archive.incomplete) throw new BookFileError('corrupt-archive', 'The directory of the archive breaks off.')
  if (container) throw new BookFileError('missing-package', 'The book has no package document.')
  throw looksLikeEpub(archive)
    ? new BookFileError('missing-container', 'The book has no META-INF/container.xml.')
    : new BookFileError('not-a-book', 'This archive is not an EPUB file.')
}
