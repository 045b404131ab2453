export type {
  BookFile,
  BookFormat,
  Contents,
  ContentsResult,
  FileFormat,
  Part,
  PartResult,
  SidecarFormat,
  TocEntry,
  TocTarget,
  Track,
  BookMetadata,
  Contributor,
  ContributorRole,
  Cover,
  CoverImage,
  CoverResult,
  PictureResult,
  Identifier,
  Problem,
  ProblemCode,
  ReadResult,
  Series,
} from './types.ts'
export { BookFileError, toProblem } from './problems.ts'
export { openBookFile } from './source.ts'
export {
  createReaderPool,
  type CoverOptions,
  type PartOptions,
  type ReaderPool,
  type ReaderPoolOptions,
  type ReadOptions,
} from './pool/pool.ts'
export { noMetadata } from './metadata.ts'
