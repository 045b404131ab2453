import { constants, inflateSync } from 'node:zlib'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'
import { decodeXml } from '../xml/decode.ts'
import { attribute, localName, walkXml } from '../xml/walk.ts'

/** One value of a property; `fields` are those of a structure, by their local names in lower case. */
export type XmpValue = { text: string; language: string | null; fields: ReadonlyMap<string, string> }
/** Properties by their local names in lower case. */
export type Xmp = ReadonlyMap<string, readonly XmpValue[]>

const dictionaryBytes = 4_096
const candidates = 200

/** The parts of a file that are looked through. */
function searched(source: ByteSource): Buffer[] {
  const { xmpSearch: side } = limits
  if (source.size <= 2 * side) return [source.read(0, source.size)]
  return [source.read(0, side), source.read(source.size - side, side)]
}

function* places(bytes: Buffer, text: string): Generator<number> {
  let found = 0
  for (let at = bytes.indexOf(text); at >= 0 && found < candidates; at = bytes.indexOf(text, at + text.length)) {
    found += 1
    yield at
  }
}

type Dictionary = { object: number; text: string; end: number }

/** The object around a place inside its dictionary. */
function dictionaryAt(bytes: Buffer, at: number): Dictionary | null {
  const before = bytes.toString('latin1', Math.max(0, at - dictionaryBytes), at)
  const head = [...before.matchAll(/(\d{1,10})\s+\d{1,5}\s+obj\b/g)].at(-1)
  if (!head) return null
  const after = bytes.toString('latin1', at, at + dictionaryBytes)
  const end = /\bstream\r?\n|\bendobj\b/.exec(after)
  if (!end) return null
  return { object: Number(head[1]), text: before.slice(head.index) + after.slice(0, end.index), end: at + end.index + end[0].length }
}

function packetOf(bytes: Buffer, { text, end }: Dictionary): Buffer | null {
  const data = bytes.subarray(end, end + limits.xmpBytes)
  if (!/\/Filter\b/.test(text)) {
    const length = data.indexOf('endstream')
    return length < 0 ? null : data.subarray(0, length)
  }
  if (!/\/FlateDecode\b/.test(text)) return null
  try {
    return inflateSync(data, { maxOutputLength: limits.xmpBytes, finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return null
  }
}

/**
 * The packet that describes the document, not an image in it: the one that the catalog names where that can be
 * read, else the last that speaks of a PDF. It is looked for near both ends of the file, without the cross-references.
 */
function findPacket(source: ByteSource): Buffer | null {
  const packets: { object: number; bytes: Buffer }[] = []
  let named: number | null = null
  for (const bytes of searched(source)) {
    for (const at of places(bytes, '/Catalog')) {
      const { text = '' } = dictionaryAt(bytes, at) ?? {}
      if (!/\/Type\s*\/Catalog\b/.test(text)) continue
      const reference = /\/Metadata\s+(\d{1,10})\s+\d{1,5}\s+R\b/.exec(text)
      named = reference ? Number(reference[1]) : (named ?? 0)
    }
    for (const at of places(bytes, '/XML')) {
      const dictionary = dictionaryAt(bytes, at)
      if (!dictionary || !/\/Metadata\b/.test(dictionary.text)) continue
      const packet = packetOf(bytes, dictionary)
      if (packet) packets.push({ object: dictionary.object, bytes: packet })
    }
  }
  const isOfPdf = (bytes: Buffer) => bytes.includes('ns.adobe.com/pdf/') || bytes.includes('application/pdf')
  return packets.findLast(({ object, bytes }) => (named === null ? isOfPdf(bytes) : object === named))?.bytes ?? null
}

/** The properties of an XMP packet (ISO 16684-1, 7), those of structures of structures left out. */
export function parseXmp(xml: string): Xmp {
  const found = new Map<string, XmpValue[]>()
  let propertyDepth = -1
  let name = ''
  let text = ''
  let language: string | null = null
  let values: XmpValue[] = []
  let fields = new Map<string, string>()
  const finishValue = () => {
    const value = fields.get('value') ?? text
    if (value.trim() !== '' || fields.size > 0) values.push({ text: value, language, fields })
    fields = new Map()
    text = ''
  }
  const keep = (key: string, added: readonly XmpValue[]) => {
    const known = found.get(key) ?? []
    if (known.length + added.length <= limits.elementsPerName) found.set(key, [...known, ...added])
  }
  walkXml(xml, {
    open(element, attributes, depth) {
      text = ''
      if (element === 'Description' && propertyDepth < 0) {
        propertyDepth = depth + 1
        for (const [key, value] of Object.entries(attributes)) {
          keep(localName(key).toLowerCase(), [{ text: value, language: null, fields: new Map() }])
        }
      } else if (depth === propertyDepth) {
        name = element.toLowerCase()
        values = []
        fields = new Map()
        language = null
      }
      if (depth >= propertyDepth && element === 'li') {
        fields = new Map()
        language = attribute(attributes, 'lang')?.toLowerCase() ?? null
      }
    },
    text(part) {
      if (text.length < limits.elementText) text += part
    },
    close(element, depth) {
      if (propertyDepth < 0) return
      if (depth === propertyDepth - 1) propertyDepth = -1
      else if (depth === propertyDepth) {
        if (values.length === 0) finishValue()
        keep(name, values)
      } else if (element === 'li') finishValue()
      else if (!/^(?:Alt|Bag|Seq|Description)$/.test(element)) fields.set(element.toLowerCase(), text)
      text = ''
    },
  })
  return found
}

/** What the XMP metadata of a PDF says; empty when there is none that can be read. */
export function readXmp(source: ByteSource): Xmp {
  const packet = findPacket(source)
  if (!packet) return new Map()
  try {
    return parseXmp(decodeXml(packet))
  } catch (error) {
    if (!(error instanceof BookFileError)) throw error
    return new Map()
  }
}
