import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import type { Contributor, ContributorRole } from '../types.ts'
import { attribute } from '../xml/walk.ts'
import { byDisplayOrder, refinedValue, refinedValues } from './refinements.ts'
import type { DcElement, PackageDocument } from './package.ts'

/** MARC relator codes and the words that books write in their place. */
const roles = new Map<string, ContributorRole>([
  ['aut', 'author'],
  ['author', 'author'],
  ['cre', 'author'],
  ['ill', 'illustrator'],
  ['illustrator', 'illustrator'],
  ['trl', 'translator'],
  ['translator', 'translator'],
  ['edt', 'editor'],
  ['edc', 'editor'],
  ['editor', 'editor'],
  ['nrt', 'narrator'],
  ['narrator', 'narrator'],
  ['art', 'artist'],
  ['artist', 'artist'],
  ['clr', 'colorist'],
  ['colorist', 'colorist'],
  ['ltr', 'letterer'],
  ['letterer', 'letterer'],
  ['cov', 'cover-artist'],
])

const rolesEach = 10

function roleCodes(document: PackageDocument, element: DcElement): string[] {
  const refined = refinedValues(document, element.id, 'role')
  const codes = refined.length > 0 ? refined : [attribute(element.attributes, 'role') ?? '']
  return codes.slice(0, rolesEach).map((code) =>
    code
      .trim()
      .toLowerCase()
      .replace(/^.*[/:]/, ''),
  )
}

/** Creators, then contributors, each in display order, one entry for each role (EPUB 3.3, 5.5.3.2.2; OPF 2.0.1, 2.2.6). */
export function readContributors(document: PackageDocument): Contributor[] {
  const found = new Map<string, Contributor>()
  for (const kind of ['creator', 'contributor'] as const) {
    for (const element of byDisplayOrder(document, document.elements.get(kind) ?? [])) {
      const name = cleanLine(element.text, limits.name)
      if (name === null) continue
      const fileAs = refinedValue(document, element.id, 'file-as') ?? attribute(element.attributes, 'file-as')
      const sortName = cleanLine(fileAs, limits.name)
      for (const code of roleCodes(document, element)) {
        if (code === 'bkp' && /^calibre\b/i.test(name)) continue
        const unstated = kind === 'creator' ? 'author' : 'contributor'
        const role = code === '' ? unstated : (roles.get(code) ?? 'contributor')
        const key = JSON.stringify([role, name])
        if (!found.has(key) && found.size < limits.contributors) found.set(key, { name, sortName, role })
      }
    }
  }
  return [...found.values()]
}
