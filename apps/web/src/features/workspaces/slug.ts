const longest = 48

/** The rule of the API's `Slug`, without shipping its validator for one field. */
export function isSlug(value: string): boolean {
  return value.length >= 2 && value.length <= longest && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)
}

/** An address made from a name: Latin letters without their accents; empty when none are left. */
export function suggestSlug(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .toLowerCase()
    .replaceAll(/[’']/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replaceAll(/^-+|-+$/g, '')
  return slug.length >= 2 ? slug : ''
}
