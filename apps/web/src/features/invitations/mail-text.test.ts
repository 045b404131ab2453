import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mailText } from './mail-text.ts'

beforeEach(() => void vi.stubGlobal('navigator', { languages: ['en-GB'] }))
afterEach(() => void vi.unstubAllGlobals())

const now = Date.parse('2026-11-20T12:00:00Z')
const mail = { state: 'queued' as const, attempts: 0, answer: null, at: '2026-11-20T11:55:00Z' }

it('says what became of a mail', () => {
  expect(mailText(null, now)).toEqual({ text: 'Not sent by mail; pass on its link', trouble: false })
  expect(mailText(mail, now)).toEqual({ text: 'On its way to the mail server', trouble: false })
  expect(mailText({ ...mail, state: 'sent', attempts: 1, answer: '250 OK' }, now).text).toBe('Sent 5 minutes ago')
  expect(mailText({ ...mail, state: 'sent', attempts: 1, at: '2026-11-20T11:59:50Z' }, now).text).toBe('Sent just now')
})

it('asks for a look when there is trouble', () => {
  expect(mailText({ ...mail, attempts: 1, answer: 'No connection' }, now)).toEqual({
    text: 'Waiting for the mail server, tried once: No connection',
    trouble: true,
  })
  expect(mailText({ ...mail, attempts: 3, answer: 'No connection' }, now).text).toContain('tried 3 times')
  expect(mailText({ ...mail, state: 'failed', attempts: 1, answer: '550 no such user' }, now)).toEqual({
    text: 'Could not be sent: 550 no such user',
    trouble: true,
  })
})
