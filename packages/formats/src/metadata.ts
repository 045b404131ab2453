import type { BookMetadata } from './types.ts'

/** Of a file that tells nothing of itself. */
export const noMetadata: BookMetadata = {
  title: null,
  subtitle: null,
  sortTitle: null,
  contributors: [],
  series: [],
  languages: [],
  identifiers: [],
  publisher: null,
  published: null,
  description: null,
  tags: [],
  layout: 'reflowable',
  direction: null,
  vertical: false,
  drm: null,
  pages: null,
  duration: null,
  track: null,
}
