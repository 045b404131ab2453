/** Where the files of a managed library lie in the store; made of ids, never of what a row says of a path. */
export const libraryPrefix = (organizationId: string, libraryId: string): string => `orgs/${organizationId}/library/${libraryId}`

/** `path` is that of the row: the id of the upload that brought it, folders that it lay in, and its name. */
export const fileKey = (library: { organizationId: string; libraryId: string }, path: string): string =>
  `${libraryPrefix(library.organizationId, library.libraryId)}/${path}`

const underUpload = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\//

/** The path of a file as those who uploaded it know it: without the id of its upload. Other paths stay as they are. */
export const pathBelowUpload = (path: string): string => path.replace(underUpload, '')

/** The path of a file as people know it. */
export const shownPath = ({ kind, path }: { kind: 'folders' | 'managed'; path: string }): string =>
  kind === 'managed' ? pathBelowUpload(path) : path

/** The bytes of an upload from `start` up to `end`. */
export const partKey = (organizationId: string, uploadId: string, start: number, end: number): string =>
  `orgs/${organizationId}/uploads/${uploadId}/${start}-${end}`

/** All parts of an upload whose parts end here. */
export const partKeys = (organizationId: string, uploadId: string, ends: readonly number[]): string[] =>
  ends.map((end, at) => partKey(organizationId, uploadId, ends[at - 1] ?? 0, end))
