import { parseDate } from '../epub/dates.ts'
import { parseIdentifier, parseIsbn } from '../epub/identifiers.ts'
import { canonicalLanguages } from '../epub/languages.ts'
import { parsePosition } from '../epub/series.ts'
import { limits } from '../limits.ts'
import type { ByteSource } from '../source.ts'
import { cleanLine } from '../text/clean.ts'
import { plainText } from '../text/plain.ts'
import { readTags } from '../text/tags.ts'
import type { BookMetadata, Contributor, ContributorRole, Identifier, Series } from '../types.ts'
import { attribute, walkXmlSource } from '../xml/walk.ts'

/** `cover` is the id of a binary. */
export type Description = { metadata: BookMetadata; cover: string | null; complete: boolean }

const roles = new Map<string, ContributorRole>([
  ['author', 'author'],
  ['translator', 'translator'],
])
const fields = new Set(['book-title', 'genre', 'lang', 'keywords', 'date', 'publisher', 'year', 'isbn', 'id'])
const nameParts = new Set(['first-name', 'middle-name', 'last-name', 'nickname'])

/** Text of elements by `<section>/<name>`, a few of each. */
class Texts {
  readonly #texts = new Map<string, string[]>()

  add(key: string, text: string): void {
    const list = this.#texts.get(key) ?? []
    if (list.length < limits.elementsPerName) list.push(text)
    this.#texts.set(key, list)
  }

  all(key: string): string[] {
    return this.#texts.get(key) ?? []
  }

  first(key: string): string | undefined {
    return this.all(key).find((text) => text.trim() !== '')
  }
}

function personOf(parts: Record<string, string>, role: ContributorRole): Contributor | null {
  const part = (name: string) => cleanLine(parts[name], limits.name) ?? ''
  const given = `${part('first-name')} ${part('middle-name')}`.trim()
  const last = part('last-name')
  const name = cleanLine(`${given} ${last}`, limits.name) ?? cleanLine(part('nickname'), limits.name)
  if (name === null) return null
  return { name, sortName: last !== '' && given !== '' ? cleanLine(`${last}, ${given.replace(/\s+/g, ' ')}`, limits.name) : null, role }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function readIdentifiers(texts: Texts): Identifier[] {
  const found = new Map<string, Identifier>()
  const add = (identifier: Identifier | null) => {
    if (identifier && found.size < limits.identifiers) found.set(`${identifier.scheme}:${identifier.value}`, identifier)
  }
  for (const text of texts.all('publish-info/isbn')) {
    for (const part of text.slice(0, limits.identifier).split(/[,;]/)) if (parseIsbn(part) !== null) add(parseIdentifier(part, 'isbn'))
  }
  for (const text of texts.all('document-info/id')) add(parseIdentifier(text, 'fb2'))
  return [...found.values()]
}

/** The description of a FictionBook (gribuser.ru/xml/fictionbook), read no further than it goes. */
export function readDescription(source: ByteSource): Description {
  const texts = new Texts()
  const contributors = new Map<string, Contributor>()
  const series = new Map<string, Series>()
  const annotation: string[] = []
  let cover: string | null = null
  let section = ''
  let person: { role: ContributorRole; depth: number; parts: Record<string, string> } | null = null
  let annotated = 0
  let annotatedLength = 0
  let field: string | null = null
  let text = ''
  let complete = false

  const keepPerson = () => {
    const contributor = person && personOf(person.parts, person.role)
    if (!contributor || contributors.size >= limits.contributors) return
    const key = JSON.stringify([contributor.role, contributor.name])
    if (!contributors.has(key)) contributors.set(key, contributor)
  }
  const keepSeries = (name: string | null, position: string | undefined) => {
    if (name === null || series.size >= limits.series || series.has(name.toLowerCase())) return
    series.set(name.toLowerCase(), { name, position: parsePosition(position) })
  }

  const annotate = (piece: string) => {
    if (annotatedLength < limits.elementText) annotation.push(piece)
    annotatedLength += piece.length
  }
  const openInTitle = (name: string, attributes: Readonly<Record<string, string>>, depth: number) => {
    const role = roles.get(name)
    if (role && !person) person = { role, depth, parts: {} }
    else if (name === 'annotation') annotated = depth
    else if (name === 'sequence') keepSeries(cleanLine(attribute(attributes, 'name'), limits.name), attribute(attributes, 'number'))
    else if (name === 'image') cover ??= /^#(.+)/s.exec((attribute(attributes, 'href') ?? '').trim())?.[1] ?? null
    else if (name === 'date') texts.add('title-info/date', attribute(attributes, 'value') ?? '')
  }

  walkXmlSource(
    source,
    {
      open(name, attributes, depth) {
        if (complete) return
        if (depth === 2 && name === 'body') complete = true
        if (depth === 3) section = name
        if (depth < 4) return
        if (annotated > 0) {
          annotate(`<${name}>`)
          return
        }
        if (section === 'title-info') openInTitle(name, attributes, depth)
        const wanted = person ? nameParts.has(name) : fields.has(name) && depth === 4
        if (wanted) [field, text] = [name, '']
      },
      text(piece) {
        if (complete) return
        if (annotated > 0) {
          annotate(escaped(piece))
        } else if (field !== null && text.length < limits.elementText) {
          text += piece
        }
      },
      close(name, depth) {
        if (complete) return
        if (annotated > 0) {
          if (depth === annotated) annotated = 0
          else annotate(`</${name}>`)
        } else if (name === field) {
          if (person) person.parts[name] ??= text
          else texts.add(`${section}/${name}`, text)
          field = null
        } else if (person && depth === person.depth) {
          keepPerson()
          person = null
        }
        if (depth === 2 && name === 'description') complete = true
      },
    },
    () => complete,
  )

  const published = [texts.first('publish-info/year'), ...texts.all('title-info/date')].map((date) => parseDate(date ?? ''))
  return {
    cover,
    complete,
    metadata: {
      title: cleanLine(texts.first('title-info/book-title'), limits.title),
      subtitle: null,
      sortTitle: null,
      contributors: [...contributors.values()],
      series: [...series.values()],
      languages: canonicalLanguages(texts.all('title-info/lang')),
      identifiers: readIdentifiers(texts),
      publisher: cleanLine(texts.first('publish-info/publisher'), limits.name),
      published: published.find((date) => date !== null) ?? null,
      description: plainText(annotation.join(''), limits.description),
      tags: readTags([...texts.all('title-info/genre'), ...texts.all('title-info/keywords')], /[,;]/),
      layout: 'reflowable',
      direction: null,
      vertical: false,
      drm: null,
      pages: null,
      duration: null,
      track: null,
    },
  }
}
