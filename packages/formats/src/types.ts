export type ContributorRole =
  | 'author'
  | 'illustrator'
  | 'translator'
  | 'editor'
  | 'narrator'
  | 'artist'
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
}

export type ProblemCode =
  | 'empty'
  | 'not-a-book'
  | 'truncated'
  | 'corrupt-archive'
  | 'missing-container'
  | 'missing-package'
  | 'invalid-xml'
  | 'encrypted'
  | 'too-large'
  | 'timeout'
  | 'memory'
  | 'unreadable'
  | 'vanished'
  | 'outside-root'
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
      /** `Math.trunc(mtimeMs)` of the file. */
      modifiedAt: number
      /** Lower-case hexadecimal digest of the whole file. */
      sha256: string
      format: 'epub'
      metadata: BookMetadata
      /** Entry name of the cover image in the archive. */
      cover: string | null
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
  /** Pixels of the original, after its orientation is applied. */
  width: number
  height: number
  /** One for each width asked for, in that order. */
  images: CoverImage[]
  thumbhash: Uint8Array
  /** The dominant colour as `#rrggbb`. */
  color: string
}

export type PictureResult = { ok: true; webp: Uint8Array } | { ok: false; problem: Problem }

/** `cover` is `null` when the book has none. */
export type CoverResult = { ok: true; cover: Cover | null } | { ok: false; problem: Problem }
