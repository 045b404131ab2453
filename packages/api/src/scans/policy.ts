/** Share of a folder's files that may be gone at once, or within an hour, without anybody being asked. */
const quietShare = 0.1

/** Whether somebody has to say that the files which were not met are gone. `present` are files that count as there, the held ones among them. */
export function mustAsk({ present, held, lately }: { present: number; held: number; lately: number }): boolean {
  return held > 0 && held + lately > quietShare * (present + lately)
}
