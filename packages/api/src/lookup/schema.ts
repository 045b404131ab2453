import * as z from 'zod'
import { Told } from '../books/edits/schema.ts'
import { limits } from '../limits.ts'
import { Id } from '../shapes.ts'

/** Where metadata can be looked up. */
export const lookupSources = ['open-library', 'google-books'] as const
export const LookupSource = z.enum(lookupSources)
export type LookupSource = z.infer<typeof LookupSource>

/** An ISBN, or words. */
const LookupQuery = z
  .string()
  .max(limits.queryLength)
  .regex(/[\p{L}\p{N}]/u, 'Write an ISBN, or words of title and author.')

export const LookUpBook = z.object({
  bookId: Id,
  /** The book's ISBN, else its title and author, when absent. */
  query: LookupQuery.optional(),
})
export type LookUpBook = z.infer<typeof LookUpBook>

/** What a source says of a book, in the shapes that an edit takes; a field that is absent is not told. */
export const FoundFields = Told.pick({
  title: true,
  subtitle: true,
  contributors: true,
  series: true,
  languages: true,
  identifiers: true,
  publisher: true,
  published: true,
  description: true,
  tags: true,
}).partial()
export type FoundFields = z.infer<typeof FoundFields>

export const LookupCandidate = z.object({
  source: LookupSource,
  found: FoundFields,
  /** Names its picture for an hour, in the address of the picture and for `lookup.takeCover`; null without one. */
  cover: z.string().nullable(),
})
export type LookupCandidate = z.infer<typeof LookupCandidate>

/** Why a source told nothing. */
export const LookupProblem = z.enum(['unreachable', 'astray', 'timeout', 'busy', 'refused', 'failed', 'too-large', 'unreadable'])
export type LookupProblem = z.infer<typeof LookupProblem>

export const LookupResult = z.object({
  candidates: z.array(LookupCandidate),
  /** Sources that could not be asked; the others were. */
  problems: z.array(z.object({ source: LookupSource, problem: LookupProblem })),
})
export type LookupResult = z.infer<typeof LookupResult>

export const TakeFoundCover = z.object({ bookId: Id, cover: z.string().max(1000) })
