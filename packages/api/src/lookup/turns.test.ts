import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

test('few at a time, of one person fewer, and who waits is let in when there is room', async () => {
  const turn = createTurns({ atOnce: 3, each: 2, waiting: 2 })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const begin = (who: string, name: string) =>
    turn(who, async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
    })
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const all = [begin('ada', 'a1'), begin('ada', 'a2'), begin('ada', 'a3'), begin('ben', 'b1'), begin('ben', 'b2')]
  expect(begun).toEqual(['a1', 'a2', 'b1'])
  await expect(begin('cleo', 'c1')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', seconds: 5 })
  await end('b1')
  expect(begun).toEqual(['a1', 'a2', 'b1', 'b2'])
  await end('a1')
  expect(begun).toEqual(['a1', 'a2', 'b1', 'b2', 'a3'])
  for (const name of ['a2', 'b2', 'a3']) await end(name)
  await Promise.all(all)
  await expect(turn('ada', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(await turn('ada', () => Promise.resolve('done'))).toBe('done')
})
