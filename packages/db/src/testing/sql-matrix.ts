import type { Sql, TransactionSql } from 'postgres'
import { newId } from '../ids.ts'
import { fillRows, freshPlace, insertRow, placeRows, tablesOfPeople, tenantTables, type Place, type Row, type TenantTable } from './rows.ts'

/** Who runs a statement, how they enter, and what the walls know of them. */
export type SqlActor = {
  name: string
  /** Null: the transaction enters nowhere. */
  enter:
    | { token: string; kind: 'user' | 'organization'; organization: string | null }
    | { library: string }
    | { mail: string }
    | { console: string | null }
    | null
  userId: string | null
  /** Set when the actor should be let in. */
  organizationId: string | null
  permissions: ReadonlySet<string>
  /** Places of the organization that the actor sees. */
  sees: readonly Place[]
  /** What a grant allows in one place, on top of the permissions. */
  inPlace: ReadonlyMap<Place, ReadonlySet<string>>
  job: Place | null
  /** The place whose mail the job sends. */
  mail: Place | null
  operator: boolean
  /** Who acts in this user's place. */
  impersonatorId: string | null
}

export type SqlWorld = {
  places: Record<'open' | 'second' | 'restricted' | 'foreign' | 'foreignRestricted', Place>
  users: Record<
    | 'owner'
    | 'member'
    | 'colleague'
    | 'librarian'
    | 'steward'
    | 'sharer'
    | 'host'
    | 'greeter'
    | 'double'
    | 'exile'
    | 'ghost'
    | 'guest'
    | 'shared'
    | 'keeper'
    | 'outsider'
    | 'stranger'
    | 'operator'
    | 'banned'
    | 'expired',
    string
  >
  organizations: { own: string; foreign: string }
  /** The organizations of each user. */
  memberships: ReadonlyMap<string, readonly string[]>
  actors: SqlActor[]
}

/** Two organizations with a row in every table for each library, users with live sessions, and all kinds of actors. */
export async function buildSqlWorld(superuser: Sql): Promise<SqlWorld> {
  const organizations = { own: newId(), foreign: newId() }
  const users = Object.fromEntries(
    [
      'owner',
      'member',
      'colleague',
      'librarian',
      'steward',
      'sharer',
      'host',
      'greeter',
      'double',
      'exile',
      'ghost',
      'guest',
      'shared',
      'keeper',
      'outsider',
      'stranger',
      'operator',
      'banned',
      'expired',
    ].map((name) => [name, newId()]),
  ) as SqlWorld['users']
  for (const [name, id] of Object.entries(users)) {
    await superuser`insert into "user" ${superuser({ id, name, email: `${name}-${id}@example.org`, role: name === 'operator' ? 'admin' : 'user', banned: name === 'banned' })}`
  }
  for (const [name, id] of Object.entries(organizations)) {
    await superuser`insert into organization ${superuser({ id, name, slug: `${name}-${id.slice(-6)}` })}`
  }
  const deed = { id: newId(), actor_id: users.operator, actor_name: 'operator', action: 'user.banned', target_type: 'user' }
  await superuser`insert into instance_event ${superuser(deed)}`
  const closed = newId()
  const gone = newId()
  for (const [id, state] of [
    [closed, { suspended_at: new Date() }],
    [gone, { deleted_at: new Date() }],
  ] as const)
    await superuser`insert into organization ${superuser({ id, name: 'Closed', slug: `closed-${id}`, ...state } as never)}`
  const memberships: [keyof typeof users, string, string | null][] = [
    ['owner', organizations.own, 'owner'],
    ['member', organizations.own, 'member'],
    ['colleague', organizations.own, 'member'],
    ['librarian', organizations.own, 'librarian'],
    ['guest', organizations.own, 'guest'],
    ['shared', organizations.own, 'guest'],
    ['keeper', organizations.own, 'guest'],
    ['steward', organizations.own, null],
    ['sharer', organizations.own, null],
    ['host', organizations.own, null],
    ['greeter', organizations.own, null],
    ['double', organizations.own, 'guest'],
    ['double', organizations.foreign, 'owner'],
    ['exile', closed, 'owner'],
    ['ghost', gone, 'owner'],
    ['banned', organizations.own, 'owner'],
    ['expired', organizations.own, 'owner'],
    ['outsider', organizations.foreign, 'owner'],
    ['stranger', organizations.foreign, 'guest'],
  ]
  for (const [name, organization_id, role] of memberships) {
    await superuser`insert into member ${superuser({ id: newId(), organization_id, user_id: users[name], role: role ?? 'guest' })}`
    if (role) await superuser`insert into member_role ${superuser({ organization_id, user_id: users[name], builtin: role })}`
  }
  const customRoles = {
    // Manages people without holding much: what they may give to others ends where their own rights do.
    steward: [
      'organization:read',
      'member:read',
      'member:remove',
      'role:read',
      'role:manage',
      'role:assign',
      'team:read',
      'team:manage',
      'library:read',
      'library:share',
      'invitation:read',
      'invitation:create',
      'invitation:cancel',
      'book:read',
      'reading:write',
    ],
    // Opens libraries to viewers, and to nobody further.
    sharer: ['organization:read', 'invitation:create', 'library:read', 'library:share', 'book:read', 'book:download', 'reading:write'],
    // Invites guests, and opens no library to them.
    host: ['organization:read', 'invitation:create', 'library:read', 'book:read', 'book:download', 'reading:write'],
    // Invites, and opens libraries, but holds less than a guest.
    greeter: ['invitation:create', 'library:read', 'library:share', 'book:read', 'book:download'],
  } as const
  for (const [name, held] of Object.entries(customRoles)) {
    const of = { organization_id: organizations.own }
    const role_id = newId()
    await superuser`insert into custom_role ${superuser({ ...of, id: role_id, name, name_key: name })}`
    for (const permission of held) await superuser`insert into custom_role_permission ${superuser({ ...of, role_id, permission })}`
    await superuser`insert into member_role ${superuser({ ...of, user_id: users[name as keyof typeof customRoles], role_id })}`
  }
  const token = (name: keyof typeof users) => `token-${users[name]}`
  for (const name of Object.keys(users) as (keyof typeof users)[]) {
    const expires_at = new Date(Date.now() + (name === 'expired' ? -1000 : 3_600_000))
    // Every session claims the own organization as active: that must prove nothing.
    await superuser`insert into session ${superuser({ id: newId(), token: token(name), user_id: users[name], expires_at, active_organization_id: organizations.own })}`
  }
  // Sessions in the owner's place: of somebody who is no operator, and of an operator who is banned.
  const bannedOperator = newId()
  await superuser`insert into "user" ${superuser({ id: bannedOperator, name: 'former', email: `${bannedOperator}@example.org`, role: 'admin', banned: true })}`
  for (const [by, session] of [
    [users.outsider, 'token-no-support'],
    [bannedOperator, 'token-former-support'],
  ] as const)
    await superuser`insert into session ${superuser({ id: newId(), token: `${session}-${users.owner}`, user_id: users.owner, impersonated_by: by, expires_at: new Date(Date.now() + 3_600_000) })}`
  const expires_at = new Date(Date.now() + 3_600_000)
  await superuser`insert into session ${superuser({ id: newId(), token: 'token-in-place', user_id: users.member, expires_at, impersonated_by: users.operator })}`
  const places = {
    open: freshPlace(organizations.own, 'OPEN'),
    second: freshPlace(organizations.own, 'SECOND', 'organization', 'managed'),
    restricted: freshPlace(organizations.own, 'RESTRICTED', 'restricted', 'managed'),
    foreign: freshPlace(organizations.foreign, 'FOREIGN', 'organization', 'managed'),
    foreignRestricted: freshPlace(organizations.foreign, 'FOREIGN-RESTRICTED', 'restricted'),
  }
  for (const place of [places.open, places.second, places.restricted]) {
    await fillRows(
      superuser,
      place,
      [users.owner, users.member, users.colleague, users.librarian, users.guest, users.shared],
      ['library_access', 'member_role', 'team_member'],
    )
  }
  await insertRow(superuser, 'member_role', placeRows.member_role(places.open, users.colleague)[0])
  await insertRow(superuser, 'team_member', placeRows.team_member(places.restricted, users.shared)[0])
  await insertRow(superuser, 'library_grant', {
    organization_id: organizations.own,
    library_id: places.restricted.libraryId,
    user_id: users.keeper,
    level: 'manager',
  })
  const view = { organization_id: organizations.own, library_id: places.second.libraryId, user_id: users.keeper, level: 'viewer' }
  await insertRow(superuser, 'library_grant', view)
  // What the invitations give besides a role.
  for (const [from, gift] of [
    [places.open, { team_id: places.open.teamId }],
    [places.second, { library_id: places.restricted.libraryId, level: 'viewer' }],
    [places.restricted, { library_id: places.open.libraryId, level: 'manager' }],
  ] as const)
    await insertRow(superuser, 'admission', { ...placeRows.admission(from)[0], id: newId(), builtin: null, ...gift })
  // An outsider's leftover state and share in the own organization must open nothing either.
  await insertRow(superuser, 'reading_state', placeRows.reading_state(places.open, users.outsider)[0])
  await insertRow(superuser, 'library_access', placeRows.library_access(places.restricted, users.outsider)[0])
  for (const place of [places.foreign, places.foreignRestricted]) {
    await fillRows(superuser, place, [users.outsider, users.member], ['member_role', 'team_member'])
    for (const table of ['member_role', 'team_member'] as const)
      await insertRow(superuser, table, placeRows[table](place, users.outsider)[0])
  }

  // Two who are invited abroad: one proved the address, the other did not.
  for (const [place, name, proved] of [
    [places.foreign, 'member', true],
    [places.foreignRestricted, 'colleague', false],
  ] as const) {
    await superuser`update "user" set email_verified = ${proved} where id = ${users[name]}`
    await superuser`update invitation set email = (select lower(email) from "user" where id = ${users[name]}) where id = ${place.invitationId}`
  }

  const granted = await superuser<{ role: string; permission: string }[]>`select role, permission from role_permission`
  const permissionsOf = (role: string) =>
    role in customRoles
      ? new Set<string>(customRoles[role as keyof typeof customRoles])
      : new Set(granted.filter((g) => g.role === role).map((g) => g.permission))
  const levels = await superuser<{ permission: string }[]>`select permission from level_permission where level = 'manager'`
  const nobody = {
    userId: null,
    organizationId: null,
    permissions: new Set<string>(),
    sees: [],
    inPlace: new Map<Place, Set<string>>(),
    job: null,
    mail: null,
    operator: false,
    impersonatorId: null,
  }
  const { open, second, restricted, foreign, foreignRestricted } = places
  const asMember = (
    name: keyof typeof users,
    role: string,
    sees: readonly Place[],
    how: string | null,
    organizationId = organizations.own,
  ): SqlActor => ({
    name: how === null ? `${name}, by the session` : how === organizationId ? name : `${name}, by slug`,
    enter: { token: token(name), kind: 'organization', organization: how },
    userId: users[name],
    organizationId,
    permissions: permissionsOf(role),
    sees,
    inPlace: new Map(name === 'keeper' ? [[restricted, new Set(levels.map((level) => level.permission))]] : []),
    job: null,
    mail: null,
    operator: false,
    impersonatorId: null,
  })
  const alone = (name: keyof typeof users, organization: string | null, how: string): SqlActor => ({
    ...nobody,
    name: `${name} ${how}`,
    enter: { token: token(name), kind: organization === null ? 'user' : 'organization', organization },
    userId: users[name],
    operator: name === 'operator' && organization === null,
  })
  const rejected = (name: string, enter: SqlActor['enter']): SqlActor => ({ ...nobody, name, enter })
  const job = (place: Place): SqlActor => ({
    ...nobody,
    name: `job of ${place.mark}`,
    enter: { library: place.libraryId },
    organizationId: place.organizationId,
    sees: [place],
    job: place,
  })
  const slug = `own-${organizations.own.slice(-6)}`
  return {
    places,
    users,
    organizations,
    memberships: new Map(
      [...Map.groupBy(memberships, ([name]) => users[name])].map(([user, rows]) => [user, rows.map(([, organization]) => organization)]),
    ),
    actors: [
      rejected('no context', null),
      rejected('unknown session', { token: 'no-such-token', kind: 'organization', organization: organizations.own }),
      rejected('expired session', { token: token('expired'), kind: 'organization', organization: organizations.own }),
      rejected('banned owner', { token: token('banned'), kind: 'organization', organization: organizations.own }),
      rejected('owner in whose place nobody may act', {
        token: `token-no-support-${users.owner}`,
        kind: 'organization',
        organization: organizations.own,
      }),
      rejected('owner in whose place a banned operator acts', {
        token: `token-former-support-${users.owner}`,
        kind: 'organization',
        organization: organizations.own,
      }),
      rejected('banned owner by the session', { token: token('banned'), kind: 'organization', organization: null }),
      asMember('owner', 'owner', [open, second, restricted], organizations.own),
      asMember('owner', 'owner', [open, second, restricted], slug),
      asMember('owner', 'owner', [open, second, restricted], null),
      asMember('librarian', 'librarian', [open, second], organizations.own),
      asMember('member', 'member', [open, second], organizations.own),
      {
        ...asMember('member', 'member', [open, second], organizations.own),
        name: 'operator in the place of the member',
        enter: { token: 'token-in-place', kind: 'organization', organization: organizations.own },
        impersonatorId: users.operator,
      },
      asMember('colleague', 'member', [open, second], organizations.own),
      asMember('guest', 'guest', [], organizations.own),
      asMember('shared', 'guest', [restricted], organizations.own),
      asMember('keeper', 'guest', [restricted, second], organizations.own),
      asMember('steward', 'steward', [open, second], organizations.own),
      asMember('sharer', 'sharer', [open, second], organizations.own),
      asMember('host', 'host', [open, second], organizations.own),
      asMember('greeter', 'greeter', [open, second], organizations.own),
      asMember('double', 'guest', [], organizations.own),
      alone('exile', closed, 'in the suspended organization'),
      alone('ghost', gone, 'in the deleted organization'),
      asMember('outsider', 'owner', [foreign, foreignRestricted], organizations.foreign, organizations.foreign),
      alone('owner', null, 'alone'),
      alone('member', organizations.foreign, 'in the other organization'),
      alone('outsider', organizations.own, 'in the own organization'),
      alone('outsider', slug, 'in the own organization by slug'),
      alone('operator', null, 'alone'),
      alone('operator', organizations.own, 'in the own organization'),
      { ...nobody, name: 'the command line', enter: { console: null }, operator: true },
      job(open),
      job(restricted),
      job(foreign),
      rejected('job of no library', { library: newId() }),
      { ...nobody, name: 'job of a mail', enter: { mail: open.mailId }, mail: open },
      rejected('job of no mail', { mail: newId() }),
      {
        ...nobody,
        name: 'outsider by the session',
        enter: { token: token('outsider'), kind: 'organization', organization: null },
        userId: users.outsider,
      },
    ],
  }
}

type Verb = 'select' | 'insert' | 'update' | 'delete'
type Fact = {
  organizationId: string
  /** Null for a role that hangs on none. */
  place: Place | null
  userId: string | null
  /** What a role of this row holds, or what a grant of it gives. */
  gives: ReadonlySet<string>
  /** Who holds the role of this row. */
  holders?: ReadonlySet<string>
}
/** True when the actor may do it to a row of which only these facts count. */
type Rule = (actor: SqlActor, row: Fact) => boolean

const own: Rule = (actor, row) => actor.organizationId === row.organizationId
const seen: Rule = (actor, row) => own(actor, row) && row.place !== null && actor.sees.includes(row.place)
const byJob: Rule = (actor, row) => own(actor, row) && actor.job !== null && actor.job === row.place
const byAnyJob: Rule = (actor, row) => own(actor, row) && actor.job !== null
const mine: Rule = (actor, row) => own(actor, row) && row.userId !== null && actor.userId === row.userId
const may =
  (permission: string): Rule =>
  (actor, row) =>
    own(actor, row) && actor.permissions.has(permission)
const holds = (actor: SqlActor, place: Place | null, permission: string) =>
  actor.permissions.has(permission) || (place !== null && (actor.inPlace.get(place)?.has(permission) ?? false))
/** As `may`, or by a grant on the library of the row. */
const mayThere =
  (permission: string): Rule =>
  (actor, row) =>
    own(actor, row) && holds(actor, row.place, permission)
/** Nobody gives what they do not hold. */
const withinMine: Rule = (actor, row) => own(actor, row) && [...row.gives].every((permission) => actor.permissions.has(permission))
const mayShare: Rule = (actor, row) =>
  seen(actor, row) && holds(actor, row.place, 'library:share') && [...row.gives].every((permission) => holds(actor, row.place, permission))
/** What one's own roles hold is told wherever one is. */
const held: Rule = (actor, row) => actor.userId !== null && (row.holders?.has(actor.userId) ?? false)
const viewing = new Set(['book:read', 'book:download'])
const managing = new Set([...viewing, 'book:upload', 'book:edit', 'book:delete', 'library:update'])
/** The grants of a library are seen by whoever may open it to viewers. */
const mayShareAtAll: Rule = (actor, row) => mayShare(actor, { ...row, gives: viewing })
/** Each team of a place has that place's library, as viewer. */
const teamWithinMine: Rule = mayShareAtAll
/** Each invitation of the own organization gives something more than the role of a guest; see the world. */
const withinGifts: Rule = (actor, row) => {
  const share = (mark: string, level: ReadonlySet<string>) => {
    const place = actor.sees.find((each) => each.mark === mark)
    return place !== undefined && ['library:share', ...level].every((permission) => holds(actor, place, permission))
  }
  if (row.place?.mark === 'OPEN') return share('OPEN', viewing)
  if (row.place?.mark === 'SECOND') return share('RESTRICTED', viewing)
  return row.place?.mark !== 'RESTRICTED' || share('OPEN', managing)
}
const managed: Rule = (_actor, row) => row.place?.kind === 'managed'
const myself: Rule = (actor, row) => actor.userId !== null && actor.userId === row.userId
const sends: Rule = (actor, row) => actor.mail !== null && actor.mail === row.place
const byOperator: Rule = (actor) => actor.operator
const any =
  (...rules: Rule[]): Rule =>
  (actor, row) =>
    rules.some((rule) => rule(actor, row))
const all =
  (...rules: Rule[]): Rule =>
  (actor, row) =>
    rules.every((rule) => rule(actor, row))

type Cells = Partial<Record<Verb, Rule>> & {
  /** A column and a constant to write where `update` is granted. */
  touch?: (place: Place) => Row
  /** Writes that would move a row where it must not go; refused to all who may update at all. */
  moves?: (world: SqlWorld, actor: SqlActor) => Row[]
  /** What an insert meets that is allowed; `done` by default. */
  met?: string
}

const bookData: Cells = { select: seen, insert: byJob, update: byJob, delete: byJob }
/** Of a library whose books the actor may edit. */
const edits: Rule = all(mayThere('metadata:edit'), seen)
const editsAnywhere: Rule = (actor, row) => own(actor, row) && actor.sees.some((place) => holds(actor, place, 'metadata:edit'))
const ofEditedBook: Cells = { select: seen, insert: any(byJob, edits), update: any(byJob, edits), delete: any(byJob, edits) }
const names: Cells = {
  select: own,
  insert: any(byAnyJob, editsAnywhere),
  update: byAnyJob,
  touch: () => ({ sort_name: 'touched' }),
  moves: (world, actor) => [abroad(world, actor)],
}
const abroad = ({ organizations }: SqlWorld, actor: SqlActor): Row => ({
  organization_id: actor.organizationId === organizations.foreign ? organizations.own : organizations.foreign,
})
/** Who may edit in several libraries may move rows between them; a job may not leave its own. */
const movesOf =
  (moves: NonNullable<Cells['moves']>): NonNullable<Cells['moves']> =>
  (world, actor) =>
    actor.job ? moves(world, actor) : [abroad(world, actor)]
const toOther = (world: SqlWorld, actor: SqlActor): Place => (actor.job === world.places.open ? world.places.second : world.places.open)
const ofBookMoves = (world: SqlWorld, actor: SqlActor): Row[] => [abroad(world, actor), { book_id: toOther(world, actor).bookId }]
const ofLibraryMoves = (world: SqlWorld, actor: SqlActor): Row[] => [abroad(world, actor), { library_id: toOther(world, actor).libraryId }]

/** What each actor may do to each table. A verb that is absent is not granted to the app login at all. */
export const sqlRules: Record<TenantTable, Cells> = {
  root_assignment: {
    select: any(may('library:create'), may('book:read'), byAnyJob, byOperator),
    insert: byOperator,
    delete: byOperator,
  },
  library: {
    select: seen,
    insert: may('library:create'),
    update: any(all(mayThere('library:update'), seen), byJob),
    delete: may('library:delete'),
    touch: () => ({ problem_count: 7 }),
    // Nobody may put a library out of their own sight.
    moves: (_world, actor) =>
      actor.job || actor.permissions.has('library:read-restricted') || actor.inPlace.size > 0 ? [] : [{ visibility: 'restricted' }],
  },
  library_access: { select: mine },
  library_folder: {
    select: seen,
    insert: all(any(may('library:create'), mayThere('library:update')), seen),
    update: any(byJob, all(mayThere('library:update'), seen)),
    delete: all(mayThere('library:update'), seen),
    touch: () => ({ trouble: 'empty' }),
  },
  scan: {
    ...bookData,
    insert: any(byJob, all(mayThere('library:scan'), seen)),
    update: any(byJob, all(mayThere('library:scan'), seen)),
    touch: () => ({ error: 'touched' }),
    moves: (world, actor) => (actor.job ? ofLibraryMoves(world, actor) : [abroad(world, actor)]),
  },
  person: names,
  series: names,
  publisher: names,
  tag: names,
  book: {
    ...ofEditedBook,
    update: any(byJob, edits, all(mayThere('book:delete'), seen, managed)),
    delete: byJob,
    touch: () => ({ title: 'touched' }),
    moves: movesOf(ofLibraryMoves),
  },
  cover_task: { ...ofEditedBook, update: seen, touch: () => ({ wanted_at: new Date() }) },
  book_contributor: { ...ofEditedBook, touch: () => ({ role: 'touched' }), moves: movesOf(ofBookMoves) },
  book_series: { ...ofEditedBook, touch: () => ({ position: 7 }), moves: movesOf(ofBookMoves) },
  book_tag: { ...ofEditedBook, touch: (place) => ({ tag_id: place.tagId }), moves: movesOf(ofBookMoves) },
  book_identifier: { ...ofEditedBook, touch: () => ({ value: 'touched' }), moves: movesOf(ofBookMoves) },
  library_file: { ...bookData, update: any(byJob, edits), touch: () => ({ problem_detail: 'touched' }), moves: movesOf(ofLibraryMoves) },
  book_edit: { ...ofEditedBook, touch: () => ({ updated_at: new Date() }), moves: (world, actor) => [abroad(world, actor)] },
  book_change: {
    select: edits,
    insert: all(edits, (actor, row) => actor.userId !== null && actor.userId === row.userId),
    update: edits,
    touch: () => ({ undone_at: new Date() }),
  },
  book_distinction: {
    select: all(mayThere('metadata:edit'), seen),
    insert: all(mayThere('metadata:edit'), seen),
    delete: all(mayThere('metadata:edit'), seen),
  },
  former_content: { ...bookData, update: any(byJob, edits), touch: () => ({ scan_id: null }), moves: movesOf(ofLibraryMoves) },
  custom_role: {
    select: may('role:read'),
    insert: may('role:manage'),
    update: all(may('role:manage'), withinMine),
    delete: all(may('role:manage'), withinMine),
    touch: () => ({ description: 'touched' }),
  },
  custom_role_permission: {
    select: any(may('role:read'), held),
    insert: all(may('role:manage'), withinMine),
    delete: all(may('role:manage'), withinMine),
  },
  member_role: {
    select: any(may('member:read'), myself),
    insert: all(may('role:assign'), withinMine),
    delete: all(may('role:assign'), withinMine),
  },
  team: {
    select: may('team:read'),
    insert: may('team:manage'),
    update: may('team:manage'),
    delete: all(may('team:manage'), teamWithinMine),
    touch: (place) => ({ name: `${place.mark} touched` }),
  },
  team_member: { select: may('team:read'), insert: all(may('team:manage'), mayShare), delete: may('team:manage') },
  library_grant: {
    select: mayShareAtAll,
    insert: mayShare,
    update: mayShare,
    delete: mayShare,
    touch: () => ({ level: 'viewer' }),
    // Who opens a library to viewers makes none of them a manager.
    moves: (world, actor) => (actor.userId === world.users.sharer ? [{ level: 'manager' }] : []),
  },
  organization_quota: {
    select: any(own, byOperator),
    insert: byOperator,
    update: byOperator,
    delete: byOperator,
    touch: () => ({ max_bytes: 7 }),
    met: '23505',
  },
  upload: {
    select: any(all(mine, seen), byJob),
    insert: all(mine, mayThere('book:upload'), seen, managed),
    update: any(all(mine, mayThere('book:upload'), seen), byJob),
    delete: mine,
    touch: () => ({ received: 6 }),
  },
  metadata_field: {
    select: own,
    insert: may('organization:update'),
    update: may('organization:update'),
    delete: may('organization:update'),
    touch: () => ({ position: 7 }),
  },
  metadata_value: {
    select: seen,
    insert: all(mayThere('metadata:edit'), seen),
    update: all(mayThere('metadata:edit'), seen),
    delete: all(mayThere('metadata:edit'), seen),
    touch: () => ({ text: 'touched' }),
  },
  audit_event: { select: may('audit:read'), insert: mine },
  outbox: {},
  invitation: {
    select: may('invitation:read'),
    insert: all(may('invitation:create'), mine),
    update: may('invitation:cancel'),
    touch: () => ({ expires_at: new Date() }),
  },
  join_link: {
    select: may('invitation:read'),
    insert: all(may('invitation:create'), mine),
    update: may('invitation:cancel'),
    touch: () => ({ revoked_at: new Date() }),
  },
  admission: { select: may('invitation:read'), insert: all(may('invitation:create'), withinMine) },
  invitation_token: { insert: all(may('invitation:create'), withinMine, withinGifts) },
  mail: {
    select: any(may('invitation:read'), sends),
    insert: may('invitation:create'),
    update: sends,
    touch: () => ({ answer: 'touched' }),
  },
  merged_reading: {},
  reading_state: {
    select: all(mine, seen),
    insert: all(mine, seen),
    update: all(mine, seen),
    delete: all(mine, seen),
    touch: () => ({ progress: 0.7 }),
    moves: (world, actor) => [
      abroad(world, actor),
      { user_id: actor.userId === world.users.member ? world.users.owner : world.users.member },
      { book_id: Object.values(world.places).find((place) => !actor.sees.includes(place))?.bookId ?? '' },
    ],
  },
}

/** Tables of the other classes, as the app login sees them: none may be written, but that members leave and are removed. */
const otherReads: Record<string, ((world: SqlWorld, actor: SqlActor) => string | null) | 'all' | 'none'> = {
  user: (_world, actor) =>
    actor.operator
      ? 'true'
      : `id = ${actor.userId ? `'${actor.userId}'` : 'null'} or id in (select user_id from member where organization_id = ${actor.organizationId && actor.permissions.has('member:read') ? `'${actor.organizationId}'` : 'null'})`,
  session: (_world, actor) => `user_id = ${actor.userId ? `'${actor.userId}'` : 'null'}`,
  organization_slug: 'none',
  account: 'none',
  attempt: 'none',
  email_token: 'none',
  verification: 'none',
  rate_limit: 'none',
  instance: 'all',
  instance_event: (_world, actor) => (actor.operator ? 'true' : 'false'),
  role_permission: 'all',
  extra_permission: 'all',
  guard_permission: 'all',
  level_permission: 'all',
  organization: (world, actor) =>
    actor.operator
      ? 'true'
      : `id in (${[actor.organizationId, ...(actor.userId ? membershipsOf(world, actor.userId) : [])].map((id) => (id ? `'${id}'` : 'null')).join()})`,
  member: (_world, actor) =>
    `organization_id = ${actor.organizationId && actor.permissions.has('member:read') ? `'${actor.organizationId}'` : 'null'} or user_id = ${actor.userId ? `'${actor.userId}'` : 'null'}`,
}
/** Whether the actor may rename the one row that is theirs: the organization they are in, themselves. */
const renames: Record<string, (actor: SqlActor) => boolean> = {
  organization: (actor) => actor.organizationId !== null && actor.permissions.has('organization:update'),
  user: (actor) => actor.userId !== null && actor.impersonatorId === null,
}
/** Where not all columns may be read. */
const readable: Record<string, string> = { user: 'id, name, email', session: 'id, user_id, expires_at' }
export const otherTables = Object.keys(otherReads)

const membershipsOf = (world: SqlWorld, userId: string): readonly string[] => world.memberships.get(userId) ?? []

export type MatrixResult = { cells: number; failures: string[] }

const rollback = new Error('rollback')

/**
 * Runs every statement as every actor on `app`, a pool of the app login, and tells where the outcome is
 * not the expected one. Changes nothing: each statement is rolled back.
 */
export async function runSqlMatrix(
  app: Sql,
  superuser: Sql,
  world: SqlWorld,
  only: { tables?: readonly string[]; stopAtFirst?: boolean } = {},
): Promise<MatrixResult> {
  const result: MatrixResult = { cells: 0, failures: [] }
  const keys = await primaryKeys(superuser)
  const facts = await allFacts(superuser, world, keys)
  for (const actor of world.actors) {
    await app
      .begin(async (tx) => {
        await enter(tx, actor)
        const check = async (table: string, what: string, expected: string, run: (point: TransactionSql) => Promise<string>) => {
          result.cells += 1
          const met = await attempt(tx, run)
          if (met !== expected) result.failures.push(`${actor.name}: ${what} ${table}: expected ${expected}, met ${met}`)
        }
        for (const table of tenantTables) {
          if (only.tables && !only.tables.includes(table)) continue
          const cells: Cells = sqlRules[table]
          const key = keys.get(table) ?? []
          const rows = facts.get(table) ?? []
          const list = (rule: Rule) => rows.filter((row) => rule(actor, row.fact)).length
          await check(
            table,
            'select',
            cells.select
              ? rows
                  .filter((row) => cells.select?.(actor, row.fact))
                  .map((row) => row.key)
                  .toSorted()
                  .join()
              : '42501',
            async (point) => {
              const met = await point.unsafe<{ key: string }[]>(`select ${keyOf(key)} as key from "${table}"`)
              return met
                .map((row) => row.key)
                .toSorted()
                .join()
            },
          )
          for (const place of Object.values(world.places)) {
            for (const userId of peopleFor(world, table, place, actor)) {
              const fact = { organizationId: place.organizationId, place, userId, gives: givenByFresh[table] ?? new Set<string>() }
              const allowed = cells.insert?.(actor, fact) ?? false
              await check(
                table,
                `insert for ${place.mark}${userId === world.users.colleague ? ' for the colleague' : ''}`,
                allowed ? (cells.met ?? 'done') : '42501',
                async (point) => {
                  await insertRow(point, table, freshRow(world, table, place, userId ?? ''))
                  return 'done'
                },
              )
            }
          }
          const place = actor.job ?? actor.sees[0] ?? world.places.open
          const touch = cells.touch?.(place) ?? { organization_id: place.organizationId }
          const updatable = cells.update ? list(cells.update) : 0
          await check(table, 'update', cells.update ? String(updatable) : '42501', async (point) =>
            String((await point`update ${point(table)} set ${point(touch as Record<string, never>)}`).count),
          )
          for (const move of cells.moves?.(world, actor) ?? []) {
            await check(table, `move by ${Object.keys(move)[0]}`, updatable > 0 ? '42501' : '0', async (point) =>
              String((await point`update ${point(table)} set ${point(move as Record<string, never>)}`).count),
            )
          }
          // Owners stay, who may not all go at once; see the tests of the last one.
          const gone = rows.filter((row) => !row.key.endsWith('/owner') && cells.delete?.(actor, row.fact)).length
          await check(table, 'delete', cells.delete ? String(gone) : '42501', async (point) =>
            String((await point`delete from ${point(table)} ${table === 'member_role' ? point`where key <> 'owner'` : point``}`).count),
          )
          await check(table, 'truncate', '42501', async (point) => String((await point`truncate ${point(table)}`).count))
        }
        for (const table of otherTables) {
          if (only.tables && !only.tables.includes(table)) continue
          const rule = otherReads[table] ?? 'none'
          const where = rule === 'none' ? null : rule === 'all' ? 'true' : rule(world, actor)
          const expected =
            where === null
              ? '42501'
              : String((await superuser.unsafe<{ n: string }[]>(`select count(*) as n from "${table}" where ${where}`))[0]?.n)
          await check(table, 'select', expected, async (point) =>
            String(
              (await point.unsafe<{ n: string }[]>(`select count(*) as n from (select ${readable[table] ?? '*'} from "${table}") t`))[0]?.n,
            ),
          )
          if (table === 'member')
            await check(table, 'delete', await removals(superuser, world, actor), async (point) =>
              String((await point`delete from member`).count),
            )
          const renamed = renames[table]?.(actor)
          if (renamed !== undefined)
            await check(table, 'rename', renamed ? '1' : '0', async (point) =>
              String((await point`update ${point(table)} set name = 'renamed'`).count),
            )
          if (table === 'instance') {
            await check(table, 'change of who signs up', actor.operator ? '1' : '0', async (point) =>
              String((await point`update instance set sign_up = 'open'`).count),
            )
            await check(table, 'figures', actor.operator ? '1' : '42501', async (point) =>
              String((await point`select app.instance_figures()`).count),
            )
          }
          if (table === 'session')
            await check(table, 'delete', actor.impersonatorId ? '1' : expected, async (point) =>
              String((await point`delete from session`).count),
            )
          for (const statement of [
            ...(table === 'member' || table === 'session' ? [] : [`delete from "${table}"`]),
            `truncate "${table}"`,
            `update "${table}" set ${(keys.get(table) ?? ['id'])[0]} = default`,
            `insert into "${table}" default values`,
          ]) {
            // The command line may write into the log, as nobody, but not a row without an id.
            const console = table === 'instance_event' && actor.operator && actor.userId === null && statement.startsWith('insert')
            await check(table, statement, console ? '23502' : '42501', async (point) => String((await point.unsafe(statement)).count))
          }
        }
        if (!only.tables) await askDoors(world, actor, check)
        throw rollback
      })
      .catch((error: unknown) => {
        if (error !== rollback) throw error
      })
    if (only.stopAtFirst && result.failures.length > 0) break
  }
  return result
}

/** Functions that let a person do for themselves what no policy does. */
async function askDoors(
  { places, users }: SqlWorld,
  actor: SqlActor,
  check: (door: string, what: string, expected: string, run: (point: TransactionSql) => Promise<string>) => Promise<void>,
): Promise<void> {
  const first = async (rows: Promise<readonly unknown[]>) =>
    ((await rows) as { value: string | number | boolean | null }[]).map(({ value }) => String(value ?? '')).join()
  const invited = actor.userId === users.member
  await check('own_invitations', 'call', invited ? places.foreign.invitationId : '', (point) =>
    first(point`select invitation_id as value from app.own_invitations()`),
  )
  for (const place of [places.foreign, places.foreignRestricted, places.open]) {
    const own = invited && place === places.foreign
    await check('accept_own', `call for ${place.mark}`, own ? 'joined' : '', (point) =>
      first(point`select outcome as value from app.accept_own(${place.invitationId}, ${newId()}::uuid, ${newId()}::uuid)`),
    )
    await check('decline_own', `call for ${place.mark}`, own ? place.organizationId : '', (point) =>
      first(point`select app.decline_own(${place.invitationId}) as value`),
    )
  }
  for (const place of Object.values(places)) {
    const there = actor.sees.includes(place) && actor.userId !== null && holds(actor, place, 'metadata:edit')
    await check('edited_library', `call for ${place.mark}`, there ? place.libraryId : '42501', (point) =>
      first(point`select app.edited_library(${place.bookId}::uuid) as value`),
    )
    const mayMerge = there ? '' : '42501'
    await check('merge_reading', `call for ${place.mark}`, mayMerge, (point) =>
      first(point`select app.merge_reading(${newId()}::uuid, ${place.bookId}::uuid, array[${place.spareBookId}::uuid])::text as value`),
    )
    await check('part_reading', `call for ${place.mark}`, mayMerge, (point) =>
      first(point`select app.part_reading(${place.auditId}::uuid, ${place.bookId}::uuid)::text as value`),
    )
    const other = place === places.open ? places.second : places.open
    await check('merge_reading', `call for ${place.mark} with a book of ${other.mark}`, '42501', (point) =>
      first(point`select app.merge_reading(${newId()}::uuid, ${place.bookId}::uuid, array[${other.bookId}::uuid])::text as value`),
    )
    await check('recount_books', `call for ${place.mark}`, mayMerge, (point) =>
      first(point`select app.recount_books(${place.bookId}::uuid)::text as value`),
    )
    const within = (permission: string, told: string) =>
      actor.userId !== null && actor.sees.includes(place) && holds(actor, place, permission) ? told : '42501'
    await check('ignore_problem', `call for ${place.mark}`, within('library:scan', 'true'), (point) =>
      first(point`select app.ignore_problem(${place.libraryId}, ${place.fileId}, true) as value`),
    )
    await check('retry_problems', `call for ${place.mark}`, within('library:scan', '1'), (point) =>
      first(point`select app.retry_problems(${place.libraryId}, null) as value`),
    )
    await check('remove_missing', `call for ${place.mark}`, within('book:delete', '0'), (point) =>
      first(point`select app.remove_missing(${place.libraryId}, null, 100) as value`),
    )
    await check('empty_trash', `call for ${place.mark}`, within('book:delete', '0'), (point) =>
      first(point`select app.empty_trash(${place.libraryId}, null, 100) as value`),
    )
    await check('let_go', `call for ${place.mark}`, within('library:update', '1'), (point) =>
      first(point`select app.let_go(${place.folderId}) as value`),
    )
  }
  const token = actor.enter && 'token' in actor.enter ? actor.enter.token : ''
  for (const [whose, session] of [
    ['own', token],
    ['another', `token-${users.librarian}`],
  ] as const)
    await check(
      'note_seen',
      `call with ${whose} session`,
      String(actor.organizationId !== null && session === token && actor.userId !== null && actor.impersonatorId === null),
      (point) => first(point`select app.note_seen(${session}) as value`),
    )
}

async function enter(tx: TransactionSql, actor: SqlActor): Promise<void> {
  if (actor.enter === null) return
  if ('library' in actor.enter) await tx`select app.enter_job(${actor.enter.library})`
  else if ('console' in actor.enter) await tx`select app.enter_console(${actor.enter.console})`
  else if ('mail' in actor.enter) await tx`select app.enter_mail(${actor.enter.mail})`
  else await tx`select app.enter(${actor.enter.token}, ${actor.enter.kind}, ${actor.enter.organization})`
}

/** The outcome of a statement that is undone again: what it tells, or the SQLSTATE it failed with. */
async function attempt(tx: TransactionSql, run: (point: TransactionSql) => Promise<string>): Promise<string> {
  let outcome = ''
  try {
    await tx.savepoint(async (point) => {
      outcome = await run(point)
      throw rollback
    })
  } catch (error) {
    if (error !== rollback) return (error as { code?: string }).code ?? String(error)
  }
  return outcome
}

const keyOf = (columns: readonly string[]) => columns.map((column) => `"${column}"::text`).join(` || '/' || `)

async function primaryKeys(superuser: Sql): Promise<Map<string, string[]>> {
  const rows = await superuser<{ table: string; columns: string[] }[]>`
    select c.relname as table, array(select a.attname from unnest(i.indkey) with ordinality k(n, o)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by o)::text[] as columns
    from pg_index i join pg_class c on c.oid = i.indrelid where i.indisprimary and c.relnamespace = 'public'::regnamespace`
  return new Map(rows.map((row) => [row.table, row.columns]))
}

/** Each row of the database with the facts that rules are about. */
async function allFacts(superuser: Sql, world: SqlWorld, keys: Map<string, string[]>) {
  const result = new Map<string, { key: string; fact: Fact }[]>()
  const places = Object.values(world.places)
  const held = await superuser<{ role: string; permission: string }[]>`select role, permission from role_permission
    union all select role_id::text, permission from custom_role_permission union all select level, permission from level_permission`
  const assigned = await superuser<
    { role: string; user: string }[]
  >`select role_id as role, user_id as user from member_role where role_id is not null`
  const heldBy = (role: string) => new Set(held.filter((row) => row.role === role).map((row) => row.permission))
  for (const table of tenantTables) {
    const rows = await superuser.unsafe<Record<string, string>[]>(`select *, ${keyOf(keys.get(table) ?? [])} as "the key" from "${table}"`)
    result.set(
      table,
      rows.map((row) => {
        const place = places.find(
          (p) =>
            p.organizationId === row.organization_id &&
            (table === 'organization_quota' ||
              Object.values(p).some((id) =>
                [row.library_id, row.book_id, row.team_id, row.role_id, row.invitation_id, row.event_id, row.field_id, row.id].includes(id),
              )),
        )
        const isRole = table === 'custom_role' || table === 'custom_role_permission' || table === 'member_role'
        if (!place && !isRole) throw new Error(`A row of ${table} belongs to no place: ${row['the key']}`)
        const gives =
          table === 'custom_role_permission'
            ? new Set([row.permission ?? ''])
            : heldBy(isRole ? (row.builtin ?? row.role_id ?? row.id ?? '') : (row.level ?? ''))
        const holders = new Set(assigned.filter(({ role }) => role === row.role_id).map(({ user }) => user))
        return {
          key: row['the key'] ?? '',
          fact: {
            organizationId: row.organization_id ?? '',
            place: place ?? null,
            userId: row.user_id ?? row.actor_id ?? row.inviter_id ?? row.created_by ?? null,
            gives,
            holders,
          },
        }
      }),
    )
  }
  return result
}

/** For whom a row is written: for the actor and for another; where only members may stand, for one of them. */
function peopleFor(world: SqlWorld, table: TenantTable, place: Place, actor: SqlActor): (string | null)[] {
  const { users, organizations } = world
  if (table === 'member_role' || table === 'team_member') return [place.organizationId === organizations.own ? users.guest : users.stranger]
  if (tablesOfPeople.includes(table) || ['audit_event', 'book_change', 'invitation', 'join_link'].includes(table))
    return [actor.userId ?? users.owner, users.colleague]
  return [null]
}

const ofGuests: ReadonlySet<string> = new Set(['organization:read', 'book:read', 'book:download', 'reading:write'])
/** What a fresh row would give to somebody. */
const givenByFresh: Partial<Record<TenantTable, ReadonlySet<string>>> = {
  custom_role_permission: new Set(['book:read']),
  member_role: new Set(['book:download']),
  team_member: new Set(['book:read', 'book:download']),
  library_grant: new Set(['book:read', 'book:download']),
  admission: ofGuests,
  invitation_token: ofGuests,
}

/** How many memberships the actor may end: their own, and those within their rights; 23514 where no owner would be left. */
async function removals(superuser: Sql, world: SqlWorld, actor: SqlActor): Promise<string> {
  if (!actor.organizationId) return '0'
  const rows = await superuser<{ user: string; gives: string[] | null }[]>`
    select m.user_id as user, (select array_agg(p.permission) from member_role r
      left join role_permission b on b.role = r.builtin
      left join custom_role_permission c on c.organization_id = r.organization_id and c.role_id = r.role_id
      cross join lateral (select coalesce(b.permission, c.permission) as permission) p
      where r.organization_id = m.organization_id and r.user_id = m.user_id) as gives
    from member m where m.organization_id = ${actor.organizationId}`
  const gone = rows.filter(
    ({ user, gives }) =>
      user === actor.userId ||
      (actor.permissions.has('member:remove') && (gives ?? []).every((permission) => actor.permissions.has(permission))),
  )
  const owners =
    actor.organizationId === world.organizations.own ? (['owner', 'banned', 'expired'] as const) : (['outsider', 'double'] as const)
  return owners.every((owner) => gone.some(({ user }) => user === world.users[owner])) ? '23514' : String(gone.length)
}

/** A row that is not there yet and breaks no constraint. */
function freshRow(world: SqlWorld, table: TenantTable, place: Place, userId: string): Row {
  const row: Row = { ...(placeRows[table](place, userId)[0] as Row) }
  if (table === 'custom_role_permission') row.permission = 'book:read'
  if (table === 'upload') row.received = 0
  if (table === 'library_grant')
    Object.assign(row, {
      team_id: null,
      user_id: place.organizationId === world.organizations.own ? world.users.guest : world.users.outsider,
    })
  if ('id' in row) row.id = newId()
  for (const column of ['name', 'name_key', 'path', 'email', 'sha256']) if (column in row) row[column] = `fresh ${newId()}`
  for (const column of ['path_hash', 'hash']) if (column in row) row[column] = Buffer.from(newId())
  if ('book_id' in row) row.book_id = place.spareBookId
  if (table === 'book_distinction') {
    const other = Object.values(world.places).find((each) => each !== place && each.organizationId === place.organizationId)
    ;[row.book_id, row.other_id] = [place.bookId, other?.bookId ?? ''].toSorted() as [string, string]
  }
  return row
}
