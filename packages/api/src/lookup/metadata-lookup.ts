import { ORPCError } from '@orpc/server'
import { LRUCache } from 'lru-cache'
import type { Log } from '../deps.ts'
import { createOutgoing, OutgoingError, theInternet, type Network, type OutgoingProblem } from './outgoing.ts'
import { fieldsOf, readQuery, type Query } from './policy.ts'
import type { FoundFields, LookupSource } from './schema.ts'
import { googleBooks } from './sources/google-books.ts'
import { openLibrary } from './sources/open-library.ts'
import type { Source } from './sources/source.ts'
import { createTurns } from './turns.ts'

const allSources: Readonly<Record<LookupSource, Source>> = { 'open-library': openLibrary, 'google-books': googleBooks }

const keptMs = 10 * 60_000
const answerBytes = 1024 * 1024
const pictureBytes = 8 * 1024 * 1024
const keptAnswerBytes = 8 * 1024 * 1024
const keptPictureBytes = 4 * 1024 * 1024

/** A picture at a source. */
export type FoundPicture = { source: LookupSource; id: string }
export type FoundRecord = { source: LookupSource; found: FoundFields; picture: FoundPicture | null }
export type Found = { records: FoundRecord[]; problems: { source: LookupSource; problem: OutgoingProblem }[] }

export type MetadataLookup = {
  /** Those that the operator allows; none by default. */
  sources: readonly LookupSource[]
  /** Asks all of them at the same time. Throws Later when this person asks for too much at once. */
  search: (userId: string, query: string, signal?: AbortSignal) => Promise<Found>
  /** The bytes of a picture as its source sends them. Throws OutgoingError, and Later. */
  picture: (userId: string, picture: FoundPicture, size: 'small' | 'full') => Promise<Uint8Array>
  /** What `draw` makes of a small picture, kept for some minutes; null when it is none that can be drawn. */
  preview: (
    userId: string,
    picture: FoundPicture,
    draw: (bytes: Uint8Array) => Promise<Uint8Array | null>,
    signal: AbortSignal,
  ) => Promise<Uint8Array | null>
}

type Options = {
  sources: readonly LookupSource[]
  googleBooksKey: string | null
  log: Pick<Log, 'info'>
  network?: Network | undefined
}

/** Looks metadata up where the operator allows it. What is kept of answers is public and says of nobody that they asked. */
export function createMetadataLookup({ sources, googleBooksKey, log, network = theInternet }: Options): MetadataLookup {
  const outgoing = createOutgoing(network)
  const answers = new LRUCache<string, FoundRecord[]>({
    maxSize: keptAnswerBytes,
    sizeCalculation: (records) => JSON.stringify(records).length,
    ttl: keptMs,
  })
  const previews = new LRUCache<string, Uint8Array>({ maxSize: keptPictureBytes, sizeCalculation: ({ length }) => length, ttl: keptMs })
  const searchTurn = createTurns({ atOnce: 20, each: 2, waiting: 0 })
  // Pictures are larger, and a list of them comes at once.
  const pictureTurn = createTurns({ atOnce: 6, each: 3, waiting: 120 })

  async function askOne(name: LookupSource, query: Query, signal: AbortSignal | undefined): Promise<FoundRecord[]> {
    const source = allSources[name]
    const key = JSON.stringify([name, query])
    const known = answers.get(key)
    if (known) return known
    const url = source.searchUrl(query, name === 'google-books' ? googleBooksKey : null)
    const answer = await outgoing.json({ url, hosts: source.hosts.search, maxBytes: answerBytes, signal })
    const records = readAnswer(source, answer, query).flatMap(({ picture, ...record }): FoundRecord[] => {
      const found = fieldsOf(record)
      return found ? [{ source: name, found, picture: picture === null ? null : { source: name, id: picture } }] : []
    })
    answers.set(key, records)
    return records
  }

  async function search(query: string, signal: AbortSignal | undefined): Promise<Found> {
    const asked = await Promise.allSettled(sources.map((source) => askOne(source, readQuery(query), signal)))
    if (signal?.aborted) throw new ORPCError('CLIENT_CLOSED_REQUEST')
    const problems = sources.flatMap((source, at) => {
      const one = asked[at]
      if (one?.status !== 'rejected') return []
      if (!(one.reason instanceof OutgoingError)) throw one.reason
      const { problem, message } = one.reason
      log.info({ source, problem, reason: message }, 'look-up')
      return [{ source, problem }]
    })
    return { records: inTurn(asked.map((one) => (one.status === 'fulfilled' ? one.value : []))), problems }
  }

  const picture = ({ source, id }: FoundPicture, size: 'small' | 'full', signal?: AbortSignal) =>
    outgoing.get({
      url: allSources[source].pictureUrl(id, size),
      hosts: allSources[source].hosts.pictures,
      type: 'image/',
      maxBytes: pictureBytes,
      signal,
    })

  return {
    sources,
    search: (userId, query, signal) => searchTurn(userId, () => search(query, signal)),
    picture: (userId, asked, size) => pictureTurn(userId, () => picture(asked, size)),
    async preview(userId, asked, draw, signal) {
      const key = `${asked.source} ${asked.id}`
      const known = previews.get(key)
      if (known) return known
      return pictureTurn(userId, async () => {
        const drawn = await draw(await picture(asked, 'small', signal))
        if (drawn) previews.set(key, drawn)
        return drawn
      })
    },
  }
}

function readAnswer(source: Source, answer: unknown, query: Query) {
  try {
    return source.read(answer, query)
  } catch (error) {
    throw new OutgoingError('unreadable', 'answered with another shape', { cause: error })
  }
}

/** The best of each list first, then the second of each. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat()
}
