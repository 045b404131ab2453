import type { InstanceEvent } from '@carrel/api/schema/instance/audit'
import { expect, test } from 'vitest'
import { partsOf } from '#lib/isolates.ts'
import { noteOf, sentenceOf } from './log-sentence.ts'

const event = (action: string, more: Partial<InstanceEvent> = {}): InstanceEvent => ({
  id: '01900000-0000-7000-8000-000000000001',
  at: '2026-11-20T10:00:00.000Z',
  actorId: '01900000-0000-7000-8000-000000000002',
  actorName: 'Robin Ashgrove',
  address: null,
  action,
  targetId: null,
  targetName: '佐藤 {花}',
  reason: null,
  before: null,
  after: null,
  ...more,
})

const say = (of: InstanceEvent): string =>
  partsOf(sentenceOf(of))
    .map(({ text }) => text)
    .join('')

test.each([
  ['user.created', {}, 'Robin Ashgrove created the account of 佐藤 {花}'],
  ['user.banned', { after: { until: null } }, 'Robin Ashgrove banned 佐藤 {花}'],
  ['impersonation.started', {}, 'Robin Ashgrove began to look as 佐藤 {花}'],
  [
    'settings.updated',
    { before: { signUp: 'invite' }, after: { signUp: 'open' } },
    'Robin Ashgrove changed who may sign up from Invited people to Everyone',
  ],
  ['mail.tested', { after: { sent: false, answer: '550 no' } }, 'Robin Ashgrove sent a test mail to 佐藤 {花}, and it was refused'],
  ['folder.assigned', { after: { path: '/books' } }, 'Robin Ashgrove opened the folder /books to 佐藤 {花}'],
  ['folder.unassigned', { before: { path: '/books' } }, 'Robin Ashgrove closed the folder /books to 佐藤 {花}'],
  ['user.created', { actorId: null, actorName: '' }, 'The command line created the account of 佐藤 {花}'],
  ['permission.added', {}, 'Robin Ashgrove added the permission 佐藤 {花}'],
  ['user.something-new', {}, 'Robin Ashgrove changed 佐藤 {花} (user.something-new)'],
] as const)('%s with %j is told in a sentence', (action, more, sentence) => {
  expect(say(event(action, more))).toBe(sentence)
})

test('a ban with an end tells it', () => {
  expect(say(event('user.banned', { after: { until: '2026-11-27T10:00:00.000Z' } }))).toMatch(
    /^Robin Ashgrove banned 佐藤 {花} until .*2026/,
  )
})

test('the reason, or the answer of the mail server, stands below', () => {
  expect(noteOf(event('user.banned', { reason: 'Spam' }))).toBe('Spam')
  expect(noteOf(event('mail.tested', { after: { sent: true, answer: '250 OK' } }))).toBe('250 OK')
  expect(noteOf(event('user.created'))).toBeNull()
})
