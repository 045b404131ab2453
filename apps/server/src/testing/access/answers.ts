import { rolePermissions, type Permission } from '@carrel/auth'
import type { Answer } from '../send.ts'
import { expect, type Kind, type Target } from './cells.ts'
import type { Row } from './rows.ts'
import { allMarks, marks, type AccessWorld, type Caller } from './world.ts'

export function codeOf(answer: Answer): string | undefined {
  const body = answer.json as { code?: string; json?: { code?: string } } | null | undefined
  return body?.code ?? body?.json?.code
}

/** Marks in an answer that its reader must not see and did not bring along. */
export function leaks(answer: Answer, sent: string, caller: Caller, ofOperator: boolean, world: AccessWorld): string[] {
  const may = new Set<string>(caller.sees.map((place) => place.mark))
  if (caller.organization) may.add(caller.organization === 'alpha' ? marks.alphaName : marks.betaName)
  const held = new Set<Permission>(caller.role ? rolePermissions[caller.role] : [])
  if (caller.organization && (held.has('library:create') || held.has('library:update')))
    may.add(caller.organization === 'alpha' ? marks.alphaRoot : marks.betaRoot)
  if (caller.operator && ofOperator)
    for (const mark of [marks.alphaName, marks.betaName, marks.suspendedName, marks.alphaRoot, marks.betaRoot]) may.add(mark)
  // A shelf folder lies in the root and bears the name of its place, which whoever lists the root reads.
  if (caller.organization && held.has('library:create'))
    for (const place of Object.values(world.places)) if (place.organizationId === world[caller.organization].id) may.add(place.mark)
  const heard = `${JSON.stringify(answer.headers)} ${answer.text}`.toUpperCase()
  return allMarks.filter((mark) => heard.includes(mark) && !may.has(mark) && !sent.includes(mark))
}

/** What is not there, and what is not open, must be told apart by nothing at all. */
export function differences(
  door: string,
  row: Row,
  caller: Caller,
  cells: readonly { target: Target; thing: Kind }[],
  answers: ReadonlyMap<string, Answer>,
  world: AccessWorld,
): string[] {
  const failures: string[] = []
  const compare = (a: string, b: string) => {
    const [one, other] = [answers.get(a), answers.get(b)]
    if (one && other && fingerprint(one) !== fingerprint(other)) failures.push(`${door}: ${a} is told apart from ${b}`)
  }
  for (const { target, thing } of cells) {
    const expected = expect(row, caller, target, thing, world)
    if (!expected.unseen) continue
    if (!expected.resolved) compare(`${target.kind}/${thing.kind}`, `nonexistent/${thing.kind}`)
    else compare(`${target.kind}/${thing.kind}`, `${target.kind}/nonexistent`)
  }
  return failures
}

const changing = new Set(['date', 'x-request-id', 'keep-alive'])
export const fingerprint = (answer: Answer): string =>
  JSON.stringify([answer.status, Object.entries(answer.headers).filter(([name]) => !changing.has(name)), answer.text])
