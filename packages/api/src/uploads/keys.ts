/** Where the files of a managed library lie in the store; made of ids, never of what a row says of a path. */
export const libraryPrefix = (organizationId: string, libraryId: string): string => `orgs/${organizationId}/library/${libraryId}`

/** `path` is that of the row: the id of the upload that brought it, and its name. */
export const fileKey = (library: { organizationId: string; libraryId: string }, path: string): string =>
  `${libraryPrefix(library.organizationId, library.libraryId)}/${path}`

/** The bytes of an upload from `start` up to `end`. */
export const partKey = (organizationId: string, uploadId: string, start: number, end: number): string =>
  `orgs/${organizationId}/uploads/${uploadId}/${start}-${end}`

/** All parts of an upload whose parts end here. */
export const partKeys = (organizationId: string, uploadId: string, ends: readonly number[]): string[] =>
  ends.map((end, at) => partKey(organizationId, uploadId, ends[at - 1] ?? 0, end))
