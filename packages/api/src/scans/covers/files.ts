/** Widths in pixels of the thumbnails that every cover gets. */
export const coverWidths = [320, 640] as const

/** Where a thumbnail lies; organizations never share one. */
export const coverKey = (organizationId: string, hash: string, width: number): string =>
  `orgs/${organizationId}/covers/${hash}/${width}.webp`
