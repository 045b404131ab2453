import { router } from '@carrel/api'
import { rolePermissions, type Permission } from '@carrel/auth'
import type { Place } from '@carrel/db/testing'
import { expiredInBeta, onlyInAlpha, onlyInBeta, sharedPath, spareId, twinFieldId, type AccessWorld, type Caller } from './world.ts'

/** Every procedure: what it needs, what its input names, and an input that is harmless when it is let through. */
export type Row = {
  needs: 'nothing' | 'a session' | 'the operator' | 'a membership' | Permission
  names?: Named
  /** The permission counts in the library that is named, where a grant may give it. */
  inLibrary?: boolean
  /** A function of the gate asks again for the library, whether there are policies or not. */
  gated?: boolean
  input?: (thing: Thing) => object
  /** What is said of a thing that is not there; by default it is not found. */
  unseen?: readonly [number, string?]
  /** What is said to who is let in. */
  answer?: readonly [number, string?]
  /** Which ids of the world a list must hold, and no other of the world. */
  lists?: (seen: readonly Place[]) => readonly string[]
  /** Says what is wrong with what somebody was told who was let in. */
  check?: (body: unknown, caller: Caller, world: AccessWorld) => string | undefined
  /** Removes what it names: each call that will succeed gets one of its own. */
  destroys?: boolean
}
export type Named =
  | 'library'
  | 'book'
  | 'folder'
  | 'organization'
  | 'role'
  | 'team'
  | 'member'
  | 'invitation'
  | 'join link'
  | 'metadata field'
  | 'grant'
  | 'session'
  | 'own invitation'
  | 'filter'
export type Thing = {
  id: string
  /** Of a folder; the role of a member; the team of a grant. */
  path: string
  visibility: string
  fresh: string
}

const sharedWord = 'sharedword'

const books = (seen: readonly Place[]) => seen.flatMap((place) => [place.bookId, place.spareBookId])
const noMember = '01a1f961-0000-7000-8000-000000000000'
const noToken = 'A'.repeat(43)
const notAllowed = [403, 'FOLDER_NOT_ALLOWED'] as const

export const procedureRows: Record<string, Row> = {
  'setup.status': { needs: 'nothing' },
  'setup.createOperator': {
    needs: 'nothing',
    input: () => ({ code: 'WRONG', name: 'X', email: 'x@example.org', password: 'long enough' }),
    answer: [409, 'ALREADY_SET_UP'],
  },
  'account.get': {
    needs: 'a session',
    check: (body, caller, world) => {
      const { memberships, deleted } = body as { memberships: { organizationId: string; permissions: string[] }[]; deleted: unknown[] }
      if (deleted.length > 0) return 'tells of a deleted workspace of somebody else'
      const own = memberships.find((each) => caller.organization && each.organizationId === world[caller.organization].id)
      const expected = caller.role ? rolePermissions[caller.role] : []
      return own?.permissions.toSorted().join() === expected.toSorted().join() ? undefined : 'tells of rights that are none of theirs'
    },
  },
  'account.update': { needs: 'a session', input: () => ({ name: 'Renamed' }) },
  'account.sessions': {
    needs: 'a session',
    check: (body) => {
      const sessions = body as { current: boolean }[]
      // Each caller has one or two; together they have many.
      return sessions[0]?.current && sessions.length < 4 ? undefined : 'shows sessions of somebody else'
    },
  },
  'account.endSession': { needs: 'a session', names: 'session', input: ({ id }) => ({ sessionId: id }) },
  'account.endOtherSessions': { needs: 'a session' },
  'account.changePassword': {
    needs: 'a session',
    input: () => ({ current: 'wrong', next: 'long enough' }),
    answer: [409, 'CONFLICT'],
  },
  'account.requestVerification': { needs: 'a session', answer: [409, 'NO_MAIL'] },
  'account.changeEmail': {
    needs: 'a session',
    input: ({ fresh }) => ({ email: `${fresh}@example.org`, password: 'wrong' }),
    answer: [409, 'NO_MAIL'],
  },
  'account.confirmEmail': { needs: 'nothing', input: () => ({ token: noToken }), answer: [410, 'INVALID_TOKEN'] },
  'events.stream': { needs: 'a session' },
  'folders.roots': { needs: 'library:create' },
  'folders.list': { needs: 'library:create', names: 'folder', input: ({ path: folder }) => ({ path: folder }), unseen: notAllowed },
  'roots.list': { needs: 'the operator' },
  'roots.assign': {
    needs: 'the operator',
    names: 'organization',
    input: ({ id, path: folder }) => ({ organizationId: id, path: folder }),
  },
  'roots.unassign': {
    needs: 'the operator',
    names: 'organization',
    input: ({ id }) => ({ organizationId: id, path: sharedPath }),
    unseen: [200],
  },
  'libraries.list': { needs: 'book:read', lists: (seen) => seen.map((place) => place.libraryId) },
  'libraries.get': { needs: 'book:read', names: 'library', input: ({ id }) => ({ libraryId: id }) },
  'libraries.update': {
    needs: 'library:update',
    names: 'library',
    inLibrary: true,
    input: ({ id, visibility }) => ({ libraryId: id, visibility }),
  },
  'libraries.scan': { needs: 'library:scan', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  'uploads.list': { needs: 'book:upload', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  // These libraries are folders; see uploads.test.ts.
  'uploads.plan': {
    needs: 'book:upload',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, drop: '0'.repeat(32), paths: ['a.epub'] }),
    answer: [409, 'NOT_MANAGED'],
  },
  'trash.list': { needs: 'book:delete', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  // These libraries are folders; see uploads.test.ts.
  'trash.put': { needs: 'book:delete', names: 'book', inLibrary: true, input: ({ id }) => ({ bookId: id }), answer: [409, 'IN_FOLDERS'] },
  'trash.restore': {
    needs: 'book:delete',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, bookId: noMember }),
    answer: [404, 'NOT_FOUND'],
  },
  'trash.putMany': {
    needs: 'book:delete',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, bookIds: [noMember] }),
    answer: [409, 'IN_FOLDERS'],
  },
  'trash.restoreMany': {
    needs: 'book:delete',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, bookIds: [noMember] }),
  },
  'trash.empty': { gated: true, needs: 'book:delete', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  'libraries.addFolder': {
    needs: 'library:create',
    names: 'library',
    input: ({ id }) => ({ libraryId: id, path: '/' }),
    answer: notAllowed,
  },
  'libraries.moveFolder': {
    needs: 'library:create',
    names: 'library',
    input: ({ id }) => ({ libraryId: id, folderId: noMember, path: '/' }),
    answer: [404, 'PART_UNKNOWN'],
  },
  'libraries.removeFolder': {
    needs: 'library:create',
    names: 'library',
    input: ({ id }) => ({ libraryId: id, folderId: noMember }),
    answer: [404, 'PART_UNKNOWN'],
  },
  'libraries.cancelScan': {
    needs: 'library:scan',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, scanId: noMember }),
    answer: [404, 'NOT_FOUND'],
  },
  'scans.list': { needs: 'library:scan', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  'scans.problems': { needs: 'library:scan', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  'scans.ignoreProblem': {
    gated: true,
    needs: 'library:scan',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, fileId: noMember, ignored: true }),
    answer: [404, 'NOT_FOUND'],
  },
  'scans.retryProblems': { gated: true, needs: 'library:scan', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  'missing.list': { needs: 'library:scan', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  'missing.remove': { gated: true, needs: 'book:delete', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  'calibre.find': { needs: 'metadata:edit', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  // These libraries are folders; see calibre-copy.test.ts.
  'calibre.copy': {
    needs: 'book:upload',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, path: '/' }),
    answer: [409, 'NOT_MANAGED'],
  },
  'calibre.import': {
    needs: 'metadata:edit',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, folderId: noMember, mapping: {} }),
    answer: [404, 'NOT_FOUND'],
  },
  'duplicates.list': { needs: 'metadata:edit', names: 'library', inLibrary: true, input: ({ id }) => ({ libraryId: id }) },
  ...Object.fromEntries(
    ['tellApart', 'compareAgain'].map((name): [string, Row] => [
      `duplicates.${name}`,
      {
        needs: 'metadata:edit',
        names: 'library',
        inLibrary: true,
        input: ({ id }) => ({ libraryId: id, bookIds: [noMember, spareId] }),
        answer: [404, 'NOT_FOUND'],
      },
    ]),
  ),
  'books.list': { needs: 'book:read', lists: books },
  'books.search': { needs: 'book:read', input: () => ({ query: sharedWord }), lists: books },
  'books.get': { needs: 'book:read', names: 'book', input: ({ id }) => ({ bookId: id }) },
  'books.prioritizeCovers': { needs: 'book:read', names: 'book', input: ({ id }) => ({ bookIds: [id] }), unseen: [200] },
  'reading.mark': { needs: 'reading:write', names: 'book', input: ({ id }) => ({ bookId: id, status: 'finished' }) },
  'libraries.create': {
    needs: 'library:create',
    names: 'folder',
    input: ({ path: folder, fresh }) => ({ name: `made ${fresh}`, folders: [folder] }),
    unseen: notAllowed,
  },
  'libraries.delete': { needs: 'library:delete', names: 'library', input: ({ id }) => ({ libraryId: id }), destroys: true },
  'members.list': {
    needs: 'member:read',
    names: 'filter',
    input: ({ id, path: filter }) => (filter ? { [filter]: id } : {}),
    check: (body, caller) => {
      const { items } = body as { items: { userId: string; roles: string[]; teams: unknown[] }[] }
      const spare = items.find((item) => item.userId === spareId)
      if (caller.organization === 'beta' || !spare) return undefined
      return spare.teams.length === 0 && spare.roles.every((role) => role === 'guest' || role === 'member')
        ? undefined
        : 'tells of roles or teams of another organization'
    },
  },
  'members.setRoles': { needs: 'role:assign', names: 'member', input: ({ id, path: role }) => ({ userId: id, roles: [role] }) },
  'members.remove': { needs: 'member:remove', names: 'member', input: ({ id }) => ({ userId: id }), destroys: true },
  'members.leave': { needs: 'a membership', destroys: true },
  'roles.list': {
    needs: 'role:read',
    check: (body, caller, world) => {
      const roles = body as { ref: string; permissions: string[]; memberCount: number }[]
      const role = roles.find((each) => each.ref === world.places.open.roleId)
      const told = role && `${role.permissions.toSorted().join()} ${role.memberCount}`
      return caller.organization === 'beta' || told === 'book:download 1' ? undefined : `tells of a role: ${told}`
    },
  },
  'roles.create': { needs: 'role:manage', input: ({ fresh }) => ({ name: `made ${fresh}`, permissions: ['book:read'] }) },
  'roles.update': { needs: 'role:manage', names: 'role', input: ({ id }) => ({ roleId: id, description: 'Changed' }) },
  'roles.delete': { needs: 'role:manage', names: 'role', input: ({ id }) => ({ roleId: id }), destroys: true },
  'teams.list': { needs: 'team:read' },
  'teams.create': { needs: 'team:manage', input: ({ fresh }) => ({ name: `made ${fresh}` }) },
  'teams.update': { needs: 'team:manage', names: 'team', input: ({ id, fresh }) => ({ teamId: id, name: `renamed ${fresh}` }) },
  'teams.delete': { needs: 'team:manage', names: 'team', input: ({ id }) => ({ teamId: id }), destroys: true },
  'teams.addMembers': { needs: 'team:manage', names: 'team', input: ({ id }) => ({ teamId: id, userIds: [spareId] }) },
  'teams.removeMembers': { needs: 'team:manage', names: 'team', input: ({ id }) => ({ teamId: id, userIds: [spareId] }) },
  'permissions.extra': { needs: 'role:read' },
  'permissions.check': { needs: 'a membership', input: () => ({ permission: 'book:read' }) },
  'permissions.checkAny': { needs: 'a membership', input: () => ({ permissions: ['book:read', 'library:delete'] }) },
  'permissions.checkAll': { needs: 'a membership', input: () => ({ permissions: ['book:read', 'library:delete'] }) },
  'audit.list': { needs: 'audit:read' },
  'grants.list': {
    needs: 'library:share',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id }),
    check: (body) => {
      const to = (body as { to: { id: string } }[]).map((grant) => grant.to.id)
      return new Set(to).size === to.length ? undefined : 'tells of grants of another organization'
    },
  },
  'grants.set': {
    needs: 'library:share',
    names: 'library',
    inLibrary: true,
    input: ({ id }) => ({ libraryId: id, to: { kind: 'person', id: spareId }, level: 'viewer' }),
  },
  'grants.remove': {
    needs: 'library:share',
    names: 'grant',
    inLibrary: true,
    input: ({ id, path: teamId }) => ({ libraryId: id, to: { kind: 'team', id: teamId } }),
    destroys: true,
  },
  'invitations.list': { needs: 'invitation:read' },
  'invitations.create': {
    needs: 'invitation:create',
    input: ({ fresh }) => ({ emails: [`${fresh}@example.org`, onlyInAlpha, onlyInBeta, expiredInBeta], roles: ['guest'] }),
    check: (body, caller) => {
      const { results } = body as { results: { email: string; outcome: string }[] }
      const members = results.filter((result) => result.outcome === 'already-member').map((result) => result.email)
      return members.join() === (caller.organization === 'alpha' ? onlyInAlpha : onlyInBeta)
        ? undefined
        : `tells of members: ${members.join()}`
    },
  },
  'invitations.resend': {
    needs: 'invitation:create',
    names: 'invitation',
    input: ({ id }) => ({ invitationId: id }),
    answer: [409, 'NO_MAIL'],
    unseen: [409, 'NO_MAIL'],
  },
  'invitations.link': { needs: 'invitation:create', names: 'invitation', input: ({ id }) => ({ invitationId: id }) },
  'invitations.revoke': { needs: 'invitation:cancel', names: 'invitation', input: ({ id }) => ({ invitationId: id }), destroys: true },
  'invitations.preview': { needs: 'nothing', input: () => ({ token: noToken }), answer: [404, 'NOT_FOUND'] },
  'invitations.accept': { needs: 'a session', input: () => ({ token: noToken }), answer: [404, 'NOT_FOUND'] },
  'invitations.signUp': {
    needs: 'nothing',
    input: () => ({ token: noToken, name: 'X', password: 'long enough' }),
    answer: [404, 'NOT_FOUND'],
  },
  'invitations.decline': { needs: 'nothing', input: () => ({ token: noToken }) },
  'invitations.listOwn': {
    needs: 'a session',
    check: (body) =>
      (body as { items: unknown[] }).items.length === 0 ? undefined : 'tells of an invitation to an address nobody confirmed',
  },
  'invitations.acceptOwn': { needs: 'a session', names: 'own invitation', input: ({ id }) => ({ invitationId: id }) },
  'invitations.declineOwn': { needs: 'a session', names: 'own invitation', input: ({ id }) => ({ invitationId: id }) },
  'joinLinks.list': {
    needs: 'invitation:read',
    check: (body, caller, world) => {
      const foreign = caller.organization === 'alpha' ? world.places.foreign : world.places.restricted
      return (body as { id: string }[]).some((link) => link.id === foreign.joinLinkId) ? 'lists a link of another organization' : undefined
    },
  },
  'joinLinks.create': { needs: 'invitation:create', input: () => ({ roles: ['guest'], maxUses: 3, days: 1 }) },
  'joinLinks.revoke': { needs: 'invitation:cancel', names: 'join link', input: ({ id }) => ({ joinLinkId: id }), destroys: true },
  // What changes somebody or a workspace names none that exists, so that the world stays what it is; see instance.test.ts.
  'instance.users.list': { needs: 'the operator', input: () => ({ query: 'e' }) },
  'instance.users.get': { needs: 'the operator', input: () => ({ userId: spareId }) },
  'instance.users.create': { needs: 'the operator', input: ({ fresh }) => ({ name: 'Made', email: `made-${fresh}@example.org` }) },
  'instance.users.resetPassword': { needs: 'the operator', input: () => ({ userId: spareId }) },
  ...Object.fromEntries(
    ['ban', 'unban', 'endSessions', 'makeOperator', 'unmakeOperator', 'delete', 'impersonate'].map((name): [string, Row] => [
      `instance.users.${name}`,
      { needs: 'the operator', input: () => ({ userId: noMember, reason: 'Reason' }), answer: [404, 'NOT_FOUND'] },
    ]),
  ),
  'instance.stopImpersonating': { needs: 'a session', answer: [409, 'NOT_IMPERSONATING'] },
  'instance.organizations.list': { needs: 'the operator' },
  ...Object.fromEntries(
    ['suspend', 'resume', 'delete', 'restore'].map((name): [string, Row] => [
      `instance.organizations.${name}`,
      { needs: 'the operator', input: () => ({ organizationId: noMember, reason: 'Reason', name: 'Name' }), answer: [404, 'NOT_FOUND'] },
    ]),
  ),
  'instance.organizations.setQuota': {
    needs: 'the operator',
    input: () => ({ organizationId: noMember, maxBytes: 1 }),
    answer: [404, 'NOT_FOUND'],
  },
  'instance.audit.list': { needs: 'the operator' },
  'instance.settings.get': { needs: 'the operator' },
  'instance.settings.update': { needs: 'the operator', input: () => ({ signUp: 'closed' }), answer: [409, 'FIXED'] },
  'instance.permissions.list': { needs: 'the operator' },
  'instance.permissions.add': { needs: 'the operator', input: () => ({ name: 'shop:sell', label: 'Sell' }), answer: [403, 'CLOSED'] },
  'instance.permissions.remove': { needs: 'the operator', input: () => ({ name: 'shop:sell' }), answer: [403, 'CLOSED'] },
  'instance.mail.get': { needs: 'the operator' },
  'instance.mail.test': { needs: 'the operator', answer: [409, 'NO_MAIL'] },
  'instance.system.get': { needs: 'the operator' },
  'organizations.get': { needs: 'organization:read' },
  'organizations.update': { needs: 'organization:update', input: () => ({ language: 'en' }) },
  'metadata.fields': {
    needs: 'a membership',
    check: (body, caller) => {
      const field = (body as { id: string; name: string }[]).find(({ id }) => id === twinFieldId)
      const own = caller.organization === 'alpha' ? /^(ALPHA-ORG|renamed)/ : /^(BETA-ORG|renamed)/
      return field === undefined || own.test(field.name) ? undefined : `tells of a field of another organization: ${field.name}`
    },
  },
  'metadata.createField': { needs: 'organization:update', input: ({ fresh }) => ({ name: `made ${fresh}`, kind: 'text' }) },
  'metadata.updateField': {
    needs: 'organization:update',
    names: 'metadata field',
    input: ({ id, fresh }) => ({ fieldId: id, name: `renamed ${fresh}` }),
  },
  'metadata.fieldUses': {
    needs: 'organization:update',
    names: 'metadata field',
    input: ({ id }) => ({ fieldId: id }),
    check: (body, caller) =>
      caller.organization === 'beta' || (body as { books: number }).books < 3 ? undefined : 'counts books of another organization',
  },
  'metadata.orderFields': { needs: 'organization:update', input: () => ({ fieldIds: [] }), answer: [409, 'CONFLICT'] },
  'metadata.deleteField': {
    needs: 'organization:update',
    names: 'metadata field',
    input: ({ id }) => ({ fieldId: id }),
    destroys: true,
  },
  'metadata.set': {
    needs: 'metadata:edit',
    names: 'book',
    inLibrary: true,
    input: ({ id }) => ({
      bookId: id,
      values: [
        { fieldId: twinFieldId, value: null },
        { fieldId: twinFieldId, value: 'set' },
      ],
    }),
  },
  'edits.sources': { needs: 'metadata:edit', names: 'book', inLibrary: true, input: ({ id }) => ({ bookId: id }) },
  'edits.history': { needs: 'metadata:edit', names: 'book', inLibrary: true, input: ({ id }) => ({ bookId: id }) },
  'edits.update': { needs: 'metadata:edit', names: 'book', inLibrary: true, input: ({ id }) => ({ bookId: id, clear: ['cover'] }) },
  // Looking up is off in this world; see lookup.test.ts.
  'lookup.sources': { needs: 'a membership' },
  'lookup.search': {
    needs: 'metadata:fetch',
    names: 'book',
    inLibrary: true,
    input: ({ id }) => ({ bookId: id }),
    answer: [409, 'LOOKUP_OFF'],
  },
  'lookup.takeCover': {
    needs: 'metadata:fetch',
    names: 'book',
    inLibrary: true,
    input: ({ id }) => ({ bookId: id, cover: 'x' }),
    answer: [409, 'LOOKUP_OFF'],
  },
  'edits.preview': {
    needs: 'metadata:edit',
    names: 'book',
    inLibrary: true,
    input: ({ id }) => ({ bookIds: [id], set: { publisher: 'Changed' } }),
  },
  'edits.updateMany': { needs: 'metadata:edit', names: 'book', inLibrary: true, input: ({ id }) => ({ bookIds: [id], clear: ['cover'] }) },
  'edits.merge': {
    needs: 'metadata:edit',
    names: 'book',
    inLibrary: true,
    input: ({ id }) => ({ bookId: id, sourceIds: [id] }),
    answer: [400, 'BAD_REQUEST'],
  },
  'edits.split': {
    needs: 'metadata:edit',
    names: 'book',
    inLibrary: true,
    input: ({ id }) => ({ bookId: id, fileId: noMember }),
    answer: [404, 'NOT_FOUND'],
  },
  // Of nothing that was done; see edits.test.ts.
  'edits.undo': { needs: 'a membership', input: () => ({ changeId: noMember }), answer: [404, 'NOT_FOUND'] },
  'organizations.removeLogo': { needs: 'organization:update' },
  // To nobody, so that owners stay what they are; see people.test.ts.
  'organizations.transfer': { needs: 'organization:delete', input: () => ({ userId: noMember }), answer: [404, 'NOT_FOUND'] },
  'organizations.delete': { needs: 'organization:delete', input: () => ({ name: 'another name' }), answer: [422, 'OTHER_NAME'] },
  'organizations.restore': {
    needs: 'a session',
    names: 'organization',
    input: ({ id }) => ({ organizationId: id }),
    answer: [404, 'NOT_FOUND'],
  },
  'organizations.open': { needs: 'a session', names: 'organization', input: ({ id }) => ({ organizationId: id }), unseen: [200] },
  'organizations.create': { needs: 'a session', input: ({ fresh }) => ({ name: `made ${fresh}`, slug: `made-${fresh}` }) },
}

type Procedure = { '~orpc': { route: { method?: string; path?: string } } }

/** All procedures of the router by their name. */
export function listProcedures(node: object = router, prefix = ''): Map<string, { method: string; path: string }> {
  const found = new Map<string, { method: string; path: string }>()
  for (const [key, value] of Object.entries(node) as [string, object][]) {
    const name = prefix ? `${prefix}.${key}` : key
    if ('~orpc' in value) {
      const { route } = (value as Procedure)['~orpc']
      found.set(name, { method: route.method ?? 'POST', path: route.path ?? '' })
    } else for (const [inner, at] of listProcedures(value, name)) found.set(inner, at)
  }
  return found
}
