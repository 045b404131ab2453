import type { Told } from '@carrel/api/schema/books/edits'
import type { FoundFields, LookupProblem, LookupSource } from '@carrel/api/schema/lookup'
import { type MessageId, t } from '#lib/i18n.ts'
import { toldText } from './field-text.ts'

export type FoundField = keyof FoundFields
const fields: readonly FoundField[] = ['title', 'subtitle', 'contributors', 'series', 'publisher', 'published', 'languages', 'tags', 'description', 'identifiers'] // prettier-ignore

/** One field of what was found, where it is another than now. */
export type Offer = {
  field: FoundField
  /** What would stand there. */
  value: Told[FoundField]
  /** As they are read. */
  now: string
  told: string
  /** What is there now stays as well. */
  adds: boolean
  /** There is nothing now. */
  fills: boolean
}

const isEmpty = (value: Told[FoundField]): boolean => value === null || value.length === 0
const fold = (text: string): string => text.normalize('NFKC').toLowerCase()
const peopleOf = (people: Told['contributors']): string => JSON.stringify(people.map(({ name, role }) => [name, role]))

/** What would stand in a field; numbers and subjects are added, and who did something else than write stays. */
function merged<F extends FoundField>(field: F, now: Told[F], found: Told[F]): { value: Told[F]; fresh: Told[F]; same: boolean } {
  const done = (value: unknown, fresh: unknown, same: boolean) => ({ value: value as Told[F], fresh: fresh as Told[F], same })
  if (field === 'tags') {
    const held = now as Told['tags']
    const fresh = (found as Told['tags']).filter((tag) => !held.some((each) => fold(each) === fold(tag)))
    return done([...held, ...fresh], fresh, fresh.length === 0)
  }
  if (field === 'identifiers') {
    const held = now as Told['identifiers']
    const fresh = (found as Told['identifiers']).filter(
      ({ scheme, value }) => !held.some((each) => each.scheme === scheme && each.value === value),
    )
    return done([...held, ...fresh], fresh, fresh.length === 0)
  }
  if (field === 'contributors') {
    const held = now as Told['contributors']
    const people = [...(found as Told['contributors']), ...held.filter(({ role }) => role !== 'author')]
    return done(people, people, peopleOf(people) === peopleOf(held))
  }
  return done(found, found, JSON.stringify(found) === JSON.stringify(now))
}

/** What could be taken over, in the order of the form. */
export function offersOf(current: Pick<Told, FoundField>, found: FoundFields): Offer[] {
  return fields.flatMap((field): Offer[] => {
    const given = found[field]
    if (given === undefined) return []
    const now = current[field]
    const { value, fresh, same } = merged(field, now, given)
    const fills = isEmpty(now)
    const adds = !fills && (field === 'tags' || field === 'identifiers')
    return same ? [] : [{ field, value, now: toldText(field, now), told: toldText(field, fresh), adds, fills }]
  })
}

const sourceNames: Readonly<Record<LookupSource, MessageId>> = {
  'open-library': 'lookup.source.openLibrary',
  'google-books': 'lookup.source.googleBooks',
}
export const sourceName = (source: LookupSource): string => t(sourceNames[source])

const problems: Readonly<Record<LookupProblem, MessageId>> = {
  unreachable: 'lookup.problem.unreachable',
  timeout: 'lookup.problem.timeout',
  busy: 'lookup.problem.busy',
  refused: 'lookup.problem.refused',
  failed: 'lookup.problem.failed',
  astray: 'lookup.problem.astray',
  'too-large': 'lookup.problem.unreadable',
  unreadable: 'lookup.problem.unreadable',
}
/** What happened, and what to do. */
export const problemText = (source: LookupSource, problem: LookupProblem): string => t(problems[problem], { source: sourceName(source) })
