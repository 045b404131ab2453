import { Parser } from 'htmlparser2'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'
import { decodeXml, xmlEncoding } from './decode.ts'

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

const piece = 64 * 1024
const headBytes = 8 * 1024

/** Counts what is met, so that no document costs more than its limits. */
function boundedParser(handler: XmlHandler, maxNodes: number, onEvent: () => void = () => {}): Parser {
  let depth = 0
  let nodes = 0
  let attributes = 0
  const count = () => {
    onEvent()
    nodes += 1
    if (nodes > maxNodes) throw new BookFileError('too-large', 'An XML document in the book has too many parts.')
  }
  return new Parser(
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
}

/**
 * Walks an XML document, however broken. There is no DTD and no entity beyond the
 * predefined and numeric ones; see `decodeNamed` for those of HTML.
 *
 * @throws {BookFileError} `too-large` beyond the limits on depth, nodes and attributes.
 */
export function walkXml(xml: string, handler: XmlHandler): void {
  boundedParser(handler, limits.xmlNodes).end(xml)
}

/**
 * Walks an XML document of any size as `walkXml` does, a piece at a time, until `done`. Returns whether it was done before the end.
 *
 * @throws {BookFileError} `too-large` also for one tag, comment or section that is longer than `limits.xmlBytes`.
 */
export function walkXmlSource(source: ByteSource, handler: XmlHandler, done: () => boolean): boolean {
  const decoder = new TextDecoder(xmlEncoding(source.read(0, 256)).label)
  let pending = 0
  const parser = boundedParser(handler, limits.streamedNodes, () => (pending = 0))
  for (let position = 0; position < source.size; position += piece) {
    const bytes = source.read(position, piece)
    pending += bytes.length
    parser.write(decoder.decode(bytes, { stream: true }))
    if (done()) return true
    if (pending > limits.xmlBytes) throw new BookFileError('too-large', 'A part of an XML document in the book is too long.')
    if (bytes.length < piece) break
  }
  parser.end(decoder.decode())
  return done()
}

/** Where the markup that begins at `at` ends, as the prolog of a document has it (XML 1.0, 2.8); -1 when it does not. */
function endOfMarkup(text: string, at: number): number {
  const after = (mark: string) => {
    const found = text.indexOf(mark, at)
    return found < 0 ? -1 : found + mark.length
  }
  if (text.startsWith('<!--', at)) return after('-->')
  if (text.startsWith('<?', at)) return after('?>')
  const subset = text.slice(at).search(/[[>]/)
  return subset >= 0 && text[at + subset] === '[' ? after(']>') : after('>')
}

/** The local name of a document's first element when it stands within its first kilobytes, else null. */
export function rootElement(source: ByteSource): string | null {
  const head = source.read(0, headBytes)
  if (!/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*</.test(head.toString('latin1', 0, 64))) return null
  const text = decodeXml(head)
  let at = text.indexOf('<')
  while (at >= 0 && /[!?]/.test(text[at + 1] ?? '')) {
    const end = endOfMarkup(text, at)
    at = end < 0 ? -1 : text.indexOf('<', end)
  }
  const name = at < 0 ? undefined : /^<([\w.:-]{1,100})[\s/>]/.exec(text.slice(at, at + 102))?.[1]
  return name === undefined ? null : localName(name)
}
