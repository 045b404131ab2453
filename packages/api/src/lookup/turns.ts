import { Later } from '@carrel/auth'

const retrySeconds = 5

/**
 * Runs what is done for somebody a few at a time, and of one person fewer; what finds no place waits, up to a number. Throws
 * Later when too many wait.
 */
export function createTurns({ atOnce, each, waiting }: { atOnce: number; each: number; waiting: number }) {
  const running = new Map<string, number>()
  let total = 0
  const line: { who: string; begin: () => void }[] = []
  const isFree = (who: string) => total < atOnce && (running.get(who) ?? 0) < each
  const count = (who: string, by: number) => {
    total += by
    const now = (running.get(who) ?? 0) + by
    if (now === 0) running.delete(who)
    else running.set(who, now)
  }

  return async <T>(who: string, fn: () => Promise<T>): Promise<T> => {
    if (isFree(who)) count(who, 1)
    else if (line.length < waiting) await new Promise<void>((begin) => line.push({ who, begin }))
    else throw new Later('TOO_MANY_REQUESTS', 'Too many look-ups are under way. Try again in a moment.', retrySeconds)
    try {
      return await fn()
    } finally {
      count(who, -1)
      const next = line.findIndex((one) => isFree(one.who))
      const [one] = next < 0 ? [] : line.splice(next, 1)
      if (one) {
        count(one.who, 1)
        one.begin()
      }
    }
  }
}
