/** Formats of book files, named by their content, not by their file name. */
export type BookFormat = 'epub' | 'pdf' | 'cbz' | 'cbr' | 'cb7' | 'cbt' | 'mobi' | 'azw3' | 'fb2' | 'm4b' | 'mp3' | 'flac' | 'ogg' | 'opus'
/** Files that tell of the books beside them. `image` is a cover. */
export type SidecarFormat = 'opf' | 'comicinfo' | 'image'
export type FileFormat = BookFormat | SidecarFormat

export type ContributorRole =
  | 'author'
  | 'illustrator'
  | 'translator'
  | 'editor'
  | 'narrator'
  | 'artist'
  | 'penciller'
  | 'inker'
  | 'colorist'
  | 'letterer'
  | 'cover-artist'
  | 'contributor'

export type Contributor = { name: string; sortName: string | null; role: ContributorRole }

/** `position` is a decimal as text, e.g. `"1.5"`. */
export type Series = { name: string; position: string | null }

/** `scheme` is `isbn` (checked, 13 digits), `doi`, `asin`, `uuid`, `uri` or `other`. */
export type Identifier = { scheme: string; value: string }

export type BookMetadata = {
  title: string | null
  subtitle: string | null
  sortTitle: string | null
  contributors: Contributor[]
  series: Series[]
  /** BCP 47, canonical case. */
  languages: string[]
  identifiers: Identifier[]
  publisher: string | null
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  published: string | null
  /** Plain text; paragraphs are parted by an empty line. */
  description: string | null
  tags: string[]
  layout: 'reflowable' | 'fixed'
  direction: 'ltr' | 'rtl' | null
  /** Whether the text runs in vertical lines. */
  vertical: boolean
  /** Name of the scheme when content is encrypted, `unknown` when it cannot be told. */
  drm: string | null
  /** Pages of a PDF or a comic. */
  pages: number | null
  /** Seconds of an audiobook. */
  duration: number | null
  /** Where an audio file stands among those of its book. */
  track: Track | null
}

/** `disc` and `number` count from 1; `title` is that of the file, while the metadata's title is the book's (its album). */
export type Track = { disc: number | null; number: number | null; title: string | null }

/** Where an entry of a table of contents leads: a part, perhaps with `#` and a fragment, a page from 0, or seconds from the start. */
export type TocTarget = { href: string } | { page: number } | { time: number }
export type TocEntry = { label: string; target: TocTarget | null; children: TocEntry[] }

/**
 * One resource of a book that can be read by itself; `size` in bytes as its archive says, null when it is not known before;
 * `double` is a page of a comic that spans two.
 */
export type Part = { name: string; mediaType: string; size: number | null; double?: boolean }

/** `parts` in reading order: spine, then the rest; pages of a comic. Empty for PDF and audio, which are read as they are. */
export type Contents = { toc: TocEntry[]; parts: Part[] }

/** `damaged` is what a file holds, `unreadable` a disk that does not give it. */
export type ProblemCode =
  | 'empty'
  | 'not-a-book'
  | 'truncated'
  | 'corrupt-archive'
  | 'missing-container'
  | 'missing-package'
  | 'invalid-xml'
  | 'damaged'
  | 'encrypted'
  | 'too-large'
  | 'timeout'
  | 'memory'
  | 'unreadable'
  | 'vanished'
  | 'outside-root'
  /** Somebody is writing to it, or left it half written. */
  | 'in-use'
  | 'crashed'

/** `detail` is one English sentence for the operator; it never holds an absolute path. */
export type Problem = { code: ProblemCode; detail: string }

/**
 * A book file inside a library folder. `root` is the absolute real path of the
 * folder, `path` is relative to it and parted by `/`.
 */
export type BookFile = { root: string; path: string }

export type ReadResult =
  | {
      ok: true
      /** Bytes. */
      size: number
      /** As `fileState` tells it. */
      modifiedAt: number
      /** Lower-case hexadecimal digest of the whole file. */
      sha256: string
      /** Digest by which KOReader knows the file: 1,024 bytes at 0 and at 1024·4^i, i = 0…10. */
      koreaderMd5: string
      format: FileFormat
      /** Of a sidecar: what it says; `layout` and the facts behind it mean nothing there. */
      metadata: BookMetadata
      /** Whether a cover is in it. */
      hasCover: boolean
      warnings: Problem[]
    }
  | {
      ok: false
      size: number | null
      modifiedAt: number | null
      sha256: string | null
      problem: Problem
    }

/** `width` is the width that was asked for; an image is never enlarged, so it can hold fewer pixels. */
export type CoverImage = { width: number; webp: Uint8Array }

export type Cover = {
  /** Digest of the image as it is in the book. */
  sourceSha256: string
  /** Width over height, after its orientation is applied. */
  aspect: number
  /** One for each width asked for, in that order. */
  images: CoverImage[]
  thumbhash: Uint8Array
  /** The dominant colour as `#rrggbb`. */
  color: string
}

export type ContentsResult = { ok: true; contents: Contents } | { ok: false; problem: Problem }
export type PartResult = { ok: true; bytes: Uint8Array; mediaType: string } | { ok: false; problem: Problem }

export type PictureResult = { ok: true; webp: Uint8Array } | { ok: false; problem: Problem }

/** `cover` is `null` when the book has none. */
export type CoverResult = { ok: true; cover: Cover | null } | { ok: false; problem: Problem }

/** `multiple`: a book may have several values. `books`: how many have one. */
export type CalibreColumn = {
  /** Without the `#` that calibre shows. */
  label: string
  name: string
  datatype: 'text' | 'enumeration' | 'bool' | 'int' | 'float' | 'rating' | 'datetime' | 'series' | 'comments'
  multiple: boolean
  /** Some of its values, and all that may be chosen of an enumeration. */
  values: string[]
  books: number
}

/** What a calibre library has, its columns included; composite columns, which hold nothing, are left out. */
export type CalibreLibrary = { uuid: string | null; books: number; files: number; rated: number; columns: CalibreColumn[] }

export type CalibreBook = {
  /** Positive. */
  id: number
  /** Below the folder of the library, parted by `/`. */
  files: string[]
  metadata: Pick<
    BookMetadata,
    'title' | 'sortTitle' | 'contributors' | 'series' | 'languages' | 'identifiers' | 'publisher' | 'published' | 'description' | 'tags'
  >
  /** Half to five stars. */
  rating: number | null
  /**
   * By label: a moment as ISO 8601 in UTC, yes as `true`, no as `false`, numbers as JavaScript writes them, stars as `rating`,
   * other values as one line or as plain text.
   */
  columns: Record<string, string[]>
}

export type CalibreLibraryResult = { ok: true; library: CalibreLibrary } | { ok: false; problem: Problem }
/** `uuid`: that of the library; `next`: the id after which the next page begins, null at the end. */
export type CalibreBooksResult =
  | { ok: true; uuid: string | null; books: CalibreBook[]; next: number | null }
  | { ok: false; problem: Problem }
