/** Runs each key at once, then at most every `ms`, never losing the last call. */
export function throttleByKey(ms: number): (key: string, run: () => void) => void {
  const waiting = new Map<string, (() => void) | null>()
  function open(key: string): void {
    const next = waiting.get(key)
    if (!next) return void waiting.delete(key)
    waiting.set(key, null)
    setTimeout(open, ms, key)
    next()
  }
  return (key, run) => {
    if (waiting.has(key)) return void waiting.set(key, run)
    waiting.set(key, null)
    setTimeout(open, ms, key)
    run()
  }
}
