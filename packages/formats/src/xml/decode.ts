export type Encoding = {
  label: string
  /** Bytes of one ASCII character. */
  width: 1 | 2
}

function declaredEncoding(head: string): string | null {
  return /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/i.exec(head)?.[1] ?? null
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

/** The encoding of an XML document by its first bytes: its mark, their pattern or its declaration, else UTF-8 (XML 1.0, appendix F). */
export function xmlEncoding(head: Buffer): Encoding {
  const [a, b, c, d] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: 'utf-8', width: 1 }
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return { label: 'utf-16le', width: 2 }
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c && c === 0 && d !== 0)) return { label: 'utf-16be', width: 2 }
  const label = declaredEncoding(head.toString('latin1', 0, 256))?.toLowerCase()
  return { label: label === undefined || label.startsWith('utf-16') || !isKnown(label) ? 'utf-8' : label, width: 1 }
}

/** The text of an XML document, without a mark. */
export function decodeXml(bytes: Buffer): string {
  const { label } = xmlEncoding(bytes)
  return label === 'utf-8' ? bytes.toString('utf8', bytes[0] === 0xef && bytes[1] === 0xbb ? 3 : 0) : new TextDecoder(label).decode(bytes)
}
