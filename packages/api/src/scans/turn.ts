import type { Jobs } from '../jobs/queries.ts'

/** Another library waits: the run goes on in its next turn. */
export class GivesWay extends Error {}

export type Turn = {
  /** Whether the time is over and somebody waits. */
  isOver(): Promise<boolean>
  /** Calls `onOver` once when that is so, until the function that it answers is called. `done` counts what is done for good. */
  count(done: () => number, onOver: () => void): () => void
}

/**
 * The turn of a library. Its time begins with the first thing that is done, since what a walk finds unchanged is walked again
 * in the next turn: else a library whose walk alone takes that long would never get on.
 */
export function startTurn({ jobs, turnMs }: { jobs: Jobs; turnMs: number }, libraryId: string): Turn {
  let since: number | undefined
  const isOver = async (): Promise<boolean> =>
    since !== undefined && performance.now() - since >= turnMs && (await jobs.isScanAwaited(libraryId).catch(() => false))
  return {
    async isOver() {
      since ??= performance.now()
      return isOver()
    },
    count(done, onOver) {
      const before = done()
      let timer: NodeJS.Timeout | undefined
      const look = async () => {
        if (done() > before) since ??= performance.now()
        if (await isOver()) onOver()
        else if (timer) next()
      }
      const next = () => {
        timer = setTimeout(() => void look(), Math.min(5000, turnMs / 4))
      }
      next()
      return () => {
        clearTimeout(timer)
        timer = undefined
      }
    },
  }
}
