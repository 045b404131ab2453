export type Attempts = { take(): boolean }

/** Lets `max` tries a window through, whoever makes them: guessing the setup code has no address to tell apart. */
export function limitAttempts({ max, windowMs }: { max: number; windowMs: number }): Attempts {
  let windowStart = 0
  let used = 0
  return {
    take() {
      const now = Date.now()
      if (now - windowStart > windowMs) {
        windowStart = now
        used = 0
      }
      used += 1
      return used <= max
    },
  }
}
