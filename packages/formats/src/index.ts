export type {
  BookFile,
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
export { isBookCandidate } from './sniff.ts'
export { createReaderPool, type CoverOptions, type ReaderPool, type ReaderPoolOptions, type ReadOptions } from './pool/pool.ts'
