import * as z from 'zod'
import { foldAddress, Role } from '@carrel/auth'
import type { Transact } from '@carrel/db'
import { record } from '../../audit/queries.ts'
import { nameKey } from '../../books/sort-key.ts'
import { announceChanged } from '../../events/queries.ts'
import { changeRoles, findMember, listMembers } from '../../members/queries.ts'
import { getOrganization } from '../../organizations/queries.ts'
import { listRoles } from '../../roles/queries.ts'
import type { RoleRef } from '../../roles/schema.ts'
import { asConsoleIn, type InstanceScope, type OrganizationScope } from '../../scope.ts'
import { addTeamMembers, insertTeam, listTeams } from '../../teams/queries.ts'
import { recordInstance } from '../audit/queries.ts'
import { findUserByEmail, insertUser } from '../users/queries.ts'
import { insertMember } from './queries.ts'
import { ConsoleRefusal } from './refusal.ts'
import { MemberRecord } from './records.ts'

type Scopes = { workspace: OrganizationScope; instance: InstanceScope }

/** Runs one transaction in a workspace, or refuses. */
function inWorkspace<T>(transact: Transact, named: string, fn: (scopes: Scopes) => Promise<T>): Promise<T> {
  return asConsoleIn(transact, named, async (scopes) => {
    if (!scopes) throw new ConsoleRefusal(`There is no workspace with the id or address ${named}.`)
    return fn(scopes)
  })
}

/** All members of a workspace, by name. */
export function exportMembers(transact: Transact, named: string): Promise<MemberRecord[]> {
  return inWorkspace(transact, named, async ({ workspace, instance }) => {
    const names = new Map((await listRoles(workspace)).map(({ ref, name }) => [ref, name ?? ref]))
    const records: MemberRecord[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await listMembers(workspace, { limit: 100, ...(cursor && { cursor }) })
      if (!page) throw new Error('A cursor of this very list is one of it.')
      for (const { name, email, roles, teams } of page.items)
        records.push({
          name,
          email: email ?? '',
          roles: roles.map((ref) => names.get(ref) ?? ref),
          teams: teams.map((team) => team.name),
        })
      cursor = page.nextCursor
    }
    await recordInstance(instance, {
      action: 'organization.exported',
      target: { id: workspace.organizationId, name: (await getOrganization(workspace)).name },
      after: { members: records.length },
    })
    return records
  })
}

/** The members in a text of JSON lines, or of one JSON list. Throws ConsoleRefusal that names every line with a fault, up to twenty. */
export function readMembers(text: string): MemberRecord[] {
  const faults: string[] = []
  const parse = (line: string, where: string): unknown => {
    try {
      return JSON.parse(line)
    } catch {
      faults.push(`${where}: this is no JSON`)
      return undefined
    }
  }
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  const given: { where: string; value: unknown }[] = trimmed.startsWith('[')
    ? z
        .array(z.unknown())
        .parse(parse(trimmed, 'the file') ?? [])
        .map((value, at) => ({ where: `entry ${at + 1}`, value }))
    : trimmed
        .split('\n')
        .map((line, at) => ({ where: `line ${at + 1}`, line: line.trim() }))
        .filter(({ line }) => line !== '')
        .map(({ where, line }) => ({ where, value: parse(line, where) }))
  const met = new Map<string, string>()
  const records = given.flatMap(({ where, value }) => {
    if (value === undefined) return []
    const { data, error } = MemberRecord.safeParse(value)
    if (!data) {
      const issue = error.issues[0]
      faults.push(`${where}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(' ')}`)
      return []
    }
    const email = foldAddress(data.email)
    const earlier = met.get(email)
    if (earlier) faults.push(`${where}: ${email} stands at ${earlier} already`)
    met.set(email, where)
    return [{ ...data, email }]
  })
  if (faults.length > 0) {
    const more = faults.length > 20 ? [`and ${faults.length - 20} more`] : []
    throw new ConsoleRefusal(['Nothing was imported.', ...faults.slice(0, 20), ...more].join('\n'))
  }
  return records
}

export type ImportReport = { members: number; accounts: number; joined: number; changed: number; teams: string[] }

/** Ends the transaction of a dry run, which did all that the real one would do. */
class DryRun extends Error {
  readonly report: ImportReport
  constructor(report: ImportReport) {
    super('dry run')
    this.report = report
  }
}

/**
 * Makes these people members of a workspace, with accounts where they have none; all of them or, when one cannot be, none.
 * Nothing is taken from who is a member already, and no account that exists is changed. Throws ConsoleRefusal.
 */
export async function importMembers(
  transact: Transact,
  named: string,
  records: readonly MemberRecord[],
  { dryRun }: { dryRun: boolean },
): Promise<ImportReport> {
  try {
    return await inWorkspace(transact, named, async (scopes) => {
      const report = await importAll(scopes, records)
      if (dryRun) throw new DryRun(report)
      return report
    })
  } catch (error) {
    if (error instanceof DryRun) return error.report
    throw error
  }
}

async function importAll(scopes: Scopes, records: readonly MemberRecord[]): Promise<ImportReport> {
  const { workspace, instance } = scopes
  const roles = await readRoles(workspace, records)
  const report: ImportReport = { members: records.length, accounts: 0, joined: 0, changed: 0, teams: [] }
  const teams = await makeTeams(workspace, records, report)
  for (const each of records) {
    const { id, made } = await findOrMakeUser(instance, each)
    if (made) report.accounts += 1
    const joined = await insertMember(workspace, id)
    const member = await findMember(workspace, id)
    if (!member) throw new Error('Who was made a member is one.')
    const target = { id, name: member.name }
    const wanted = [...new Set(each.roles.map((name) => roles.get(nameKey(name)) ?? name))]
    const given = wanted.filter((ref) => !member.roles.includes(ref))
    await changeRoles(workspace, id, { given, taken: [] })
    const after = [...member.roles, ...given]
    if (joined) await record(workspace, { kind: 'member', change: 'created', target, after: { name: member.name, roles: after } })
    else if (given.length > 0)
      await record(workspace, { kind: 'assignment', change: 'updated', target, before: { roles: member.roles }, after: { roles: after } })
    let changed = given.length > 0
    for (const name of new Set(each.teams.map(nameKey))) {
      const team = teams.get(name)
      if (!team || (await addTeamMembers(workspace, team.id, [id])).length === 0) continue
      changed = true
      await record(workspace, { kind: 'team-member', change: 'created', target, after: { name: member.name, team: team.name } })
    }
    if (joined) report.joined += 1
    else if (changed) report.changed += 1
  }
  const { members, accounts, joined, changed } = report
  const target = { id: workspace.organizationId, name: (await getOrganization(workspace)).name }
  await recordInstance(instance, { action: 'organization.imported', target, after: { members, accounts, joined, changed } })
  await announceChanged(workspace, 'members')
  await announceChanged(workspace, 'libraries')
  return report
}

/** The roles that are named, by the key of their name. */
async function readRoles(scope: OrganizationScope, records: readonly MemberRecord[]): Promise<Map<string, RoleRef>> {
  const own = (await listRoles(scope)).flatMap(({ ref, name }): [string, RoleRef][] => (name === null ? [] : [[nameKey(name), ref]]))
  const roles = new Map<string, RoleRef>([...own, ...Role.options.map((role): [string, RoleRef] => [role, role])])
  const unknown = new Set(records.flatMap((each) => each.roles).filter((name) => !roles.has(nameKey(name))))
  if (unknown.size > 0)
    throw new ConsoleRefusal(`Nothing was imported: this workspace has no role ${[...unknown].slice(0, 10).join(', ')}. Make it first.`)
  return roles
}

/** The teams that are named, by the key of their name. */
async function makeTeams(scope: OrganizationScope, records: readonly MemberRecord[], report: ImportReport) {
  const teams = new Map((await listTeams(scope)).map(({ id, name }) => [nameKey(name), { id, name }]))
  for (const name of records.flatMap((each) => each.teams)) {
    if (teams.has(nameKey(name))) continue
    const id = await insertTeam(scope, name)
    if (!id) throw new ConsoleRefusal(`Nothing was imported: the team ${name} was made by somebody else just now. Try again.`)
    await record(scope, { kind: 'team', change: 'created', target: { id, name }, after: { name } })
    teams.set(nameKey(name), { id, name })
    report.teams.push(name)
  }
  return teams
}

async function findOrMakeUser(scope: InstanceScope, { name, email, passwordHash }: MemberRecord): Promise<{ id: string; made: boolean }> {
  const found = await findUserByEmail(scope, email)
  if (found) return { id: found.id, made: false }
  if (name === undefined) throw new ConsoleRefusal(`Nothing was imported: ${email} has no account yet, and its entry no name.`)
  const id = await insertUser(scope, { name, email, passwordHash: passwordHash ?? null })
  if (!id) throw new ConsoleRefusal(`Nothing was imported: an account for ${email} was made by somebody else just now. Try again.`)
  await recordInstance(scope, { action: 'user.created', target: { id, name }, after: { name, email } })
  return { id, made: true }
}
