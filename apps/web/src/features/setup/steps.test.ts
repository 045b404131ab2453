import type { Account, Membership } from '@carrel/api/schema/account'
import type { Library } from '@carrel/api/schema/libraries'
import { expect, it } from 'vitest'
import { setupPlace } from './steps.ts'

const membership: Membership = { organizationId: 'o', name: 'O', slug: 'o', logo: null, role: 'owner', permissions: [] }
const account = (operator: boolean, memberships: Membership[]): Account => ({
  user: { id: 'u', name: 'U', email: 'u@example.org', emailVerified: false, operator },
  memberships,
  deleted: [],
  suspended: [],
  impersonation: null,
  lastOrganizationId: null,
})
const library = (part: Partial<Library>): Library => ({
  id: 'l',
  name: 'L',
  kind: 'folders',
  visibility: 'organization',
  bookCount: 0,
  problemCount: 0,
  missingCount: 0,
  scanning: false,
  lastScannedAt: null,
  ...part,
})

it('begins with the person', () => expect(setupPlace(true, null, null)).toBe('you'))
it('asks the operator to sign in on a second visit', () => expect(setupPlace(false, null, null)).toBe('sign-in'))
it('continues where the server is', () => {
  const operator = account(true, [membership])
  expect(setupPlace(false, account(true, []), null)).toBe('workspace')
  expect(setupPlace(false, operator, [])).toBe('library')
  expect(setupPlace(false, operator, [library({ scanning: true })])).toBe('scan')
  expect(setupPlace(false, operator, [library({})])).toBe('scan')
  expect(setupPlace(false, operator, [library({ lastScannedAt: '2026-11-20T00:00:00Z' })])).toBe('away')
})
it('is nobody else’s', () => {
  expect(setupPlace(false, account(false, []), null)).toBe('away')
  expect(setupPlace(false, account(false, [membership]), [])).toBe('away')
})
