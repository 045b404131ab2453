import type { AuditEvent } from '@carrel/api/schema/audit'
import { expect, test } from 'vitest'
import { partsOf } from '#lib/isolates.ts'
import { differencesOf, sentenceOf } from './sentence.ts'

const names = { role: (ref: string) => ({ guest: 'Guest', r1: 'Curator' })[ref] ?? ref, library: () => 'Manga' }
const event = (action: string, before: unknown, after: unknown, more: Partial<AuditEvent> = {}): AuditEvent => ({
  id: 'e',
  at: '2026-11-20T10:00:00.000Z',
  actorId: 'a',
  actorName: 'Adam Admin',
  impersonated: false,
  address: null,
  action,
  targetId: 'g',
  targetName: 'Gil Guest',
  before,
  after,
  ...more,
})
const plain = (of: AuditEvent): string =>
  partsOf(sentenceOf(of, names))
    .map(({ text }) => text)
    .join('')

test('roles given and taken read like a sentence', () => {
  expect(plain(event('assignment.updated', { roles: [] }, { roles: ['guest', 'r1'] }))).toBe(
    'Adam Admin gave Gil Guest the roles Guest, Curator',
  )
  expect(plain(event('assignment.updated', { roles: ['guest'] }, { roles: ['r1'] }))).toBe(
    'Adam Admin gave Gil Guest the role Curator, and took Guest',
  )
  expect(plain(event('assignment.updated', { roles: ['guest', 'r1'] }, { roles: ['guest'] }))).toBe(
    'Adam Admin took the role Curator from Gil Guest',
  )
})

test('what became of the folders and the missing books of a library', () => {
  const on = { targetName: 'Novels' }
  expect(plain(event('library-folder.updated', { path: '/a' }, { path: '/b' }, on))).toBe(
    'Adam Admin moved a folder of Novels from /a to /b',
  )
  expect(plain(event('library-folder.deleted', { path: '/a' }, null, on))).toBe('Adam Admin took the folder /a out of Novels')
  expect(plain(event('missing-books.deleted', { books: 2 }, null, on))).toBe('Adam Admin removed 2 missing books from Novels')
  expect(plain(event('trash.filled', null, { books: 2 }, on))).toBe('Adam Admin put 2 books of Novels into the trash')
  expect(plain(event('trash.emptied', null, { books: 1 }, on))).toBe('Adam Admin removed one book from the trash of Novels for good')
})

test('the operator is named by what they did, whoever it was', () => {
  const support = event('support.created', null, { reason: 'Asked for help' }, { actorId: null, actorName: 'The operator' })
  expect(plain(support)).toBe('The operator began to act in the place of Gil Guest')
  expect(differencesOf(support)).toEqual([{ field: 'reason', before: undefined, after: 'Asked for help' }])
})

test('who goes by themselves leaves, others are removed', () => {
  expect(plain(event('member.deleted', { name: 'Gil Guest', roles: [] }, null, { actorId: 'g' }))).toBe('Gil Guest left the workspace')
  expect(plain(event('member.deleted', { name: 'Gil Guest', roles: [] }, null))).toBe('Adam Admin removed Gil Guest from the workspace')
})

test('a grant names the library and the level', () => {
  expect(plain(event('grant.created', null, { library: 'l', level: 'editor' }))).toBe('Adam Admin opened Manga to Gil Guest as Editor')
})

test('what the server ended by itself says why', () => {
  const own = { actorId: null, actorName: '', targetName: 'nora@example.org' }
  expect(plain(event('invitation.deleted', { email: 'nora@example.org' }, { reason: 'inviter-left', inviter: 'Adam Admin' }, own))).toBe(
    'Carrel ended the invitation of nora@example.org, since Adam Admin left the workspace',
  )
  expect(
    plain(event('join-link.deleted', { roles: [] }, { reason: 'rights-lost', inviter: 'Adam Admin' }, { ...own, targetName: '' })),
  ).toBe('Carrel ended a link to join, since it gave more than Adam Admin may still give')
})

test('names are marked, whatever stands in them', () => {
  expect(partsOf(sentenceOf(event('team.created', null, { name: '{x}' }, { targetName: '{x} 漫画' }), names))).toMatchObject([
    { text: 'Adam Admin', name: true },
    { text: ' made the team ', name: false },
    { text: '{x} 漫画', name: true },
  ])
})

test('a logo and what a workspace adds to books are told apart from other changes', () => {
  const workspace = { name: 'Rivers', slug: 'rivers', language: 'en' }
  const of = { targetName: 'Rivers' }
  expect(plain(event('organization.updated', { ...workspace, logo: null }, { ...workspace, logo: 'ab' }, of))).toBe(
    'Adam Admin changed the logo of Rivers',
  )
  expect(plain(event('organization.updated', { ...workspace, logo: 'ab' }, { ...workspace, logo: null }, of))).toBe(
    'Adam Admin removed the logo of Rivers',
  )
  expect(plain(event('metadata.updated', null, { library: 'l', fields: ['Shelf'] }, { targetName: 'Shelf' }))).toBe(
    'Adam Admin changed Shelf of a book in Manga',
  )
})

test('an action that is not known yet is told plainly', () => {
  expect(plain(event('sleep.created', null, {}))).toBe('Adam Admin changed Gil Guest (sleep.created)')
})

test('of a change only what became different is shown', () => {
  const role = { name: 'Curator', description: '', permissions: ['book:read'] }
  expect(differencesOf(event('role.updated', role, { ...role, name: 'Keeper' }))).toEqual([
    { field: 'name', before: 'Curator', after: 'Keeper' },
  ])
  expect(differencesOf(event('role.deleted', role, null)).map(({ field }) => field)).toEqual(['name', 'permissions'])
})
