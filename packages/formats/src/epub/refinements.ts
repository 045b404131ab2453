import type { DcElement, PackageDocument } from './package.ts'

/** Values of the metas that refine the element of this id (EPUB 3.3, 5.5.4). */
export function refinedValues(document: PackageDocument, id: string | null, property: string): string[] {
  if (id === null) return []
  const metas = document.refinements.get(id) ?? []
  return metas.filter((meta) => meta.property === property).map((meta) => meta.value)
}

export function refinedValue(document: PackageDocument, id: string | null, property: string): string | undefined {
  return refinedValues(document, id, property)[0]
}

/** The value of the first meta of this property or name that refines nothing and is not empty. */
export function metaValue(document: PackageDocument, ...properties: string[]): string | undefined {
  for (const property of properties) {
    const meta = document.metas.find((each) => each.property === property && each.value.trim() !== '')
    if (meta) return meta.value.trim()
  }
  return undefined
}

/** Elements in the order of `display-seq`; those without keep their place behind (EPUB 3.3, D.3.5). */
export function byDisplayOrder(document: PackageDocument, elements: readonly DcElement[]): readonly DcElement[] {
  const ranked = elements.map((element) => {
    const rank = Number.parseInt(refinedValue(document, element.id, 'display-seq') ?? '', 10)
    return { element, rank: Number.isNaN(rank) ? Number.MAX_SAFE_INTEGER : rank }
  })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ element }) => element)
}
