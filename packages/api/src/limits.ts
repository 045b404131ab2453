/** Limits that bound what one request may ask for; shared by schemas, the HTTP surfaces and the web. */
export const limits = {
  /** Bytes of one RPC or REST request body. */
  bodyBytes: 128 * 1024,
  /** Rows of one page. */
  pageSize: 100,
  /** Characters of a search. */
  queryLength: 256,
  /** Words of a search that count; further ones are ignored. */
  queryTerms: 16,
  /** Bytes of a picture that is uploaded. */
  pictureBytes: 2 * 1024 * 1024,
  coverBytes: 10 * 1024 * 1024,
  /** Of a workspace; choices of one field; characters of a text in one. */
  metadataFields: 50,
  metadataChoices: 100,
  metadataText: 2000,
  /** Books that are changed at once. */
  booksAtOnce: 500,
  /** Characters of what a book says of itself. */
  descriptionLength: 20_000,
  /** Paths of files to be uploaded that are asked about at a time; characters of one, and of all. */
  plannedPaths: { count: 1000, length: 1024, characters: 32_000 },
  /** Of one library. */
  libraryFolders: 20,
  /** Books of one group that look the same. */
  groupSize: 24,
  nameLength: 100,
  passwordLength: { min: 8, max: 128 },
  /** Characters of a reason. */
  reasonLength: 500,
  /** Minutes that an operator may act in somebody's place at most. */
  supportMinutes: 60,
  slugLength: { min: 2, max: 48 },
  /** Bytes of a path of a folder (PATH_MAX). */
  pathLength: 4096,
} as const
