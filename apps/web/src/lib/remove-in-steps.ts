/** Removes things a share at a time, until none is `left`; with `once` just these. Answers how many went. */
export async function removeInSteps(step: () => Promise<{ removed: number; left: number }>, once: boolean): Promise<number> {
  let total = 0
  for (let left = 1; left > 0;) {
    const done = await step()
    total += done.removed
    left = once || done.removed === 0 ? 0 : done.left
  }
  return total
}
