import { Parser } from 'htmlparser2'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'

export type Attributes = Readonly<Record<string, string>>

export type XmlHandler = {
  /** `name` is the local name, `depth` is 1 for the root. */
  open(name: string, attributes: Attributes, depth: number): void
  text?(text: string): void
  close?(name: string, depth: number): void
}

/** Real books use prefixes as they like, so names are compared without them. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** An attribute by its local name; one without prefix comes first. */
export function attribute(attributes: Attributes, name: string): string | undefined {
  if (Object.hasOwn(attributes, name)) return attributes[name]
  const suffix = `:${name}`
  for (const key of Object.keys(attributes)) if (key.endsWith(suffix)) return attributes[key]
  return undefined
}

/**
 * Walks an XML document, however broken. There is no DTD and no entity beyond the
 * predefined and numeric ones; see `decodeNamed` for those of HTML.
 *
 * @throws {BookFileError} `too-large` beyond the limits on depth, nodes and attributes.
 */
export function walkXml(xml: string, handler: XmlHandler): void {
  let depth = 0
  let nodes = 0
  let attributes = 0
  const count = () => {
    nodes += 1
    if (nodes > limits.xmlNodes) throw new BookFileError('too-large', 'An XML document in the book has too many parts.')
  }
  const parser = new Parser(
    {
      onopentagname() {
        attributes = 0
      },
      onattribute() {
        attributes += 1
        if (attributes > limits.xmlAttributes) {
          throw new BookFileError('too-large', 'An XML element in the book has too many attributes.')
        }
      },
      onopentag(name, attribs) {
        count()
        depth += 1
        if (depth > limits.xmlDepth) {
          throw new BookFileError('too-large', 'An XML document in the book is nested too deeply.')
        }
        handler.open(localName(name), attribs, depth)
      },
      ontext(text) {
        count()
        handler.text?.(text)
      },
      onclosetag(name) {
        handler.close?.(localName(name), depth)
        depth -= 1
      },
    },
    { xmlMode: true },
  )
  parser.end(xml)
}
