import type { PackedFile } from '../archive/seven-zip.ts'
import { limits } from '../limits.ts'
import { noMetadata } from '../metadata.ts'
import type { OpenBook } from '../open.ts'
import { BookFileError, toProblem } from '../problems.ts'
import { pictureType } from '../sniff.ts'
import type { BookFormat, BookMetadata, Part, Problem, TocEntry } from '../types.ts'
import type { ComicArchive } from './archive.ts'
import { parseComicInfo, type ComicInfo, type PageInfo } from './comic-info.ts'
import { findPages, promisedType } from './pages.ts'
import { guessSeries } from './series-guess.ts'

async function readComicInfo(archive: ComicArchive, warnings: Problem[]): Promise<ComicInfo | null> {
  const file = archive.files.find(({ name }) => /^(?:\.?[\\/])?comicinfo\.xml$/i.test(name))
  if (!file) return null
  try {
    return parseComicInfo(await archive.read(file, { maxBytes: limits.xmlBytes, time: limits.unpackTimeOfExtras }))
  } catch (error) {
    const { code, detail } = toProblem(error)
    warnings.push({ code, detail: `ComicInfo.xml: ${detail}` })
    return null
  }
}

function metadataOf(info: ComicInfo | null, path: string, pages: number): BookMetadata {
  if (info) return { ...info.metadata, pages }
  const series = guessSeries(path)
  return { ...noMetadata, series: series ? [series] : [], layout: 'fixed', pages }
}

const drawable = /^image\/(?:jpeg|png|gif|webp|avif)$/

function folderOf(name: string): string {
  return name.replaceAll('\\', '/').split('/').slice(0, -1).join('/')
}

/** Bookmarks of ComicInfo, else the folders when there are several. */
function tocOf(pages: readonly PackedFile[], infos: ReadonlyMap<number, PageInfo>): TocEntry[] {
  const bookmarks = pages.flatMap((_, page) => {
    const label = infos.get(page)?.bookmark
    return label ? [{ label, target: { page }, children: [] }] : []
  })
  if (bookmarks.length > 0) return bookmarks
  const folders = pages.flatMap(({ name }, page) => {
    const folder = folderOf(name)
    const before = pages[page - 1]
    if (before && folderOf(before.name) === folder) return []
    return [{ label: folder.slice(folder.lastIndexOf('/') + 1), target: { page }, children: [] }]
  })
  return folders.length > 1 ? folders.filter(({ label }) => label !== '') : []
}

/**
 * Opens a comic: the pictures of an archive in natural order and its ComicInfo.xml.
 *
 * @throws {BookFileError} `not-a-book` when it holds no pictures, `encrypted`.
 */
export async function openComic(archive: ComicArchive, format: BookFormat, path: string): Promise<OpenBook> {
  const found = findPages(archive.files)
  if ('reason' in found) {
    throw archive.incomplete
      ? new BookFileError('corrupt-archive', 'The directory of the archive breaks off.')
      : new BookFileError('not-a-book', found.reason)
  }
  const { pages } = found
  if (pages.some(({ encrypted }) => encrypted)) throw new BookFileError('encrypted', 'The archive is protected by a password.')
  const warnings: Problem[] = []
  if (archive.incomplete) warnings.push({ code: 'corrupt-archive', detail: 'The directory of the archive breaks off.' })
  const info = await readComicInfo(archive, warnings)
  const infos = info?.pages ?? new Map<number, PageInfo>()
  const cover =
    pages.find((_, index) => infos.get(index)?.isCover) ?? pages.find(({ name }) => drawable.test(promisedType(name))) ?? pages[0]

  return {
    format,
    metadata: metadataOf(info, path, pages.length),
    warnings,
    hasCover: cover !== undefined,
    async readCover() {
      return cover ? archive.read(cover, { maxBytes: limits.coverBytes }) : null
    },
    readContents() {
      const parts = pages.map(({ name, size }, index): Part => {
        const part = { name, mediaType: promisedType(name), size }
        return infos.get(index)?.double ? { ...part, double: true } : part
      })
      return { toc: tocOf(pages, infos), parts }
    },
    async readPart(name, maxBytes) {
      const page = pages.find((each) => each.name === name)
      if (!page) throw new BookFileError('vanished', 'The book has no such part.')
      const bytes = await archive.read(page, { maxBytes: Math.min(maxBytes, limits.partBytes) })
      const mediaType = pictureType(bytes)
      if (mediaType === null) throw new BookFileError('damaged', 'The page is not a picture.')
      return { bytes, mediaType }
    },
  }
}
