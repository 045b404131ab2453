import type { CalibreFolder } from '@carrel/api/schema/calibre'

/** Where calibre's library is: in a folder of the library, or in one of the server that books are copied from. */
export type Place = { folderId: string; below: string } | { path: string }

export const placeOf = ({ folderId, below, path }: CalibreFolder): Place => (folderId === null ? { path: path ?? '' } : { folderId, below })

/** Tells the folders apart. */
export const placeKey = ({ folderId, below, path }: CalibreFolder): string => path ?? `${folderId} ${below}`
