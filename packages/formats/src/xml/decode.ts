function declaredEncoding(head: string): string | null {
  return /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/i.exec(head)?.[1] ?? null
}

function decodeAs(label: string, bytes: Buffer): string | null {
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return null
  }
}

/** The text of an XML document: by its mark, its first bytes or its declaration, else as UTF-8 (XML 1.0, appendix F). */
export function decodeXml(bytes: Buffer): string {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return bytes.toString('utf8', 3)
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return new TextDecoder('utf-16le').decode(bytes)
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c && c === 0 && d !== 0)) {
    return new TextDecoder('utf-16be').decode(bytes)
  }
  const label = declaredEncoding(bytes.toString('latin1', 0, 256))?.toLowerCase()
  if (label === undefined || label === 'utf-8' || label.startsWith('utf-16')) return bytes.toString('utf8')
  return decodeAs(label, bytes) ?? bytes.toString('utf8')
}
