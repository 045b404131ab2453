import { expect, test } from 'vitest'
import { seal, unseal } from './seal.ts'

const secret = 'a-secret-of-the-tests-0123456789-abcdefghij'

test('what was sealed opens with the same secret, unchanged, and with nothing else', () => {
  const sealed = seal(secret, 'https://example.org/join/秘密')
  expect(unseal(secret, sealed)).toBe('https://example.org/join/秘密')
  expect(sealed).not.toContain('join')
  expect(seal(secret, 'same')).not.toBe(seal(secret, 'same'))
  expect(() => unseal(`${secret}x`, sealed)).toThrow()
  expect(() => unseal(secret, `${sealed.slice(0, -4)}AAAA`)).toThrow()
})
