import { expect, test } from 'vitest'
import { hashPassword, inPasswordTurn, isPasswordHash, Later } from './index.ts'

const bcrypt = (prefix: string, rest = 'x'.repeat(53)) => `$${prefix}$${rest}`

test('tells hashes that can be checked from those that cannot', async () => {
  expect(isPasswordHash(await hashPassword('correct horse'))).toBe(true)
  for (const good of ['2a$04', '2b$10', '2y$12', '2b$15']) expect([good, isPasswordHash(bcrypt(good))]).toEqual([good, true])
  for (const bad of ['2b$03', '2b$16', '2b$31', '2b$99', '2x$10', '2$10', '2b$1', '1$10'])
    expect([bad, isPasswordHash(bcrypt(bad))]).toEqual([bad, false])
  for (const bad of [
    '',
    'plain text',
    `${'a'.repeat(32)}:${'a'.repeat(127)}`,
    `${'a'.repeat(32)}:${'a'.repeat(128)}\n`,
    bcrypt('2b$10', 'x'.repeat(52)),
    bcrypt('2b$10', 'x'.repeat(54)),
    `${bcrypt('2b$10')}\n`,
    bcrypt('2b$10', `${'x'.repeat(52)}é`),
    '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA',
  ])
    expect([bad, isPasswordHash(bad)]).toEqual([bad, false])
})

test('two hashes are made at a time and 60 wait; further ones are told to come again, and nothing of it stays', async () => {
  let running = 0
  let most = 0
  const release: (() => void)[] = []
  const turn = () =>
    inPasswordTurn(async () => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => release.push(resolve))
      running -= 1
    })
  for (let round = 0; round < 2; round++) {
    const turns = Array.from({ length: 62 }, turn)
    const refused = await Promise.allSettled(Array.from({ length: 8 }, () => hashPassword('too many')))
    for (const result of refused)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE', seconds: 2, statusCode: 503 } })
    expect(refused[0]?.status === 'rejected' && refused[0].reason instanceof Later).toBe(true)
    for (let done = 0; done < 62; done++) {
      await expect.poll(() => release.length, { interval: 1 }).toBeGreaterThan(0)
      release.shift()?.()
    }
    await Promise.all(turns)
  }
  expect([most, running]).toEqual([2, 0])
})

test('a turn covers all that is hashed in it, also when it fails', async () => {
  const three = () => inPasswordTurn(async () => Promise.all([1, 2, 3].map((each) => hashPassword(`password ${each}`))))
  await Promise.all([three(), three(), three()])
  for (let at = 0; at < 3; at++) await expect(inPasswordTurn(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await hashPassword('after')).toMatch(/:/)
})
