const box = 2 / 3
/** Up to this much of a cover may be cut off so that it fills the box. */
const tolerated = 0.07

/** Whether a cover fills the 2:3 box or stands in it on its own colour. */
export function coverFit(aspect: number | null): 'fill' | 'inset' {
  if (aspect === null || aspect <= 0) return 'inset'
  const lost = aspect > box ? 1 - box / aspect : 1 - aspect / box
  return lost <= tolerated ? 'fill' : 'inset'
}
