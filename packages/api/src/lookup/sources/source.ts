import type { Query, SourceRecord } from '../policy.ts'

/** A place where metadata is looked up. What it answers is read without trust in any of it. */
export type Source = {
  /** Who answers searches, and who sends pictures: also where redirects may lead. */
  hosts: { search: readonly string[]; pictures: readonly string[] }
  searchUrl: (query: Query, key: string | null) => URL
  /** Throws when it is no answer to a search. */
  read: (answer: unknown, query: Query) => SourceRecord[]
  /** A picture by its id, which `read` told. */
  pictureUrl: (id: string, size: 'small' | 'full') => URL
}

/** Records of one source that are looked at. */
export const mostRecords = 10
