import { BookFileError } from '../problems.ts'
import type { Archive } from './zip.ts'

const page = /\.x?html?$/i
const packageDocument = /\.opf$/i

const othersByEntry: readonly (readonly [string, string])[] = [
  ['[Content_Types].xml', 'an Office document'],
  ['AndroidManifest.xml', 'an Android app'],
  ['META-INF/MANIFEST.MF', 'a Java archive'],
]

function declaredType(archive: Archive): string {
  const entry = archive.find('mimetype')
  if (!entry) return ''
  try {
    return archive.read(entry, 1_000).bytes.toString('latin1').trim()
  } catch (error) {
    if (error instanceof BookFileError) return ''
    throw error
  }
}

/**
 * What a zip archive is, by what it holds. Everything that is no EPUB is taken for a comic, which says itself what it lacks.
 *
 * @throws {BookFileError} `not-a-book` when it is a document of another kind.
 */
export function zipContent(archive: Archive): 'epub' | 'comic' {
  if (archive.find('META-INF/container.xml')) return 'epub'
  const type = declaredType(archive)
  if (type.includes('application/epub+zip')) return 'epub'
  if (type.startsWith('application/vnd.')) throw new BookFileError('not-a-book', 'This is an OpenDocument file, not a book.')
  for (const [name, what] of othersByEntry) {
    if (archive.entries.has(name)) throw new BookFileError('not-a-book', `This is ${what}, not a book.`)
  }
  const names = [...archive.entries.keys()]
  const isStray = names.some((name) => packageDocument.test(name)) && names.some((name) => page.test(name))
  return isStray ? 'epub' : 'comic'
}
