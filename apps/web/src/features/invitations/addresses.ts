export type TypedAddress = {
  /** As the server gets it. */
  email: string
  name: string
  valid: boolean
}

/** A first look at the form; the server decides. */
const form = /^[^\s@<>()[\]\\,;:"]{1,64}@(?!\.)[^\s@<>()[\]\\,;:"/_]+(?<!\.)$/u

const separators = new Set([',', ';', '\n', '\r', '、', '，', '；'])

/** Cuts a pasted list at its separators, but for those within quotes or angle brackets on the same line. */
function* entriesOf(text: string): Generator<string> {
  let entry = ''
  let until = ''
  for (const char of text) {
    const ends = char === '\n' || char === '\r' || (until === '' && separators.has(char))
    if (ends) {
      yield entry
      entry = ''
      until = ''
      continue
    }
    entry += char
    if (char === until) until = ''
    else if (until === '' && (char === '"' || char === '<')) until = char === '<' ? '>' : '"'
  }
  yield entry
}

const cleanName = (name: string): string => name.replace(/^["'\s]+|["'\s]+$/g, '')
const cleanAddress = (address: string): string =>
  address
    .trim()
    .replace(/^mailto:/i, '')
    .replace(/\.+$/, '')
    .normalize('NFC')

function* addressesOf(entry: string): Generator<{ email: string; name: string }> {
  const named = [...entry.matchAll(/([^<>]*)<([^<>]*)>/g)]
  if (named.length > 0) {
    for (const [, name = '', address = ''] of named) yield { name: cleanName(name), email: cleanAddress(address) }
    return
  }
  const words = entry.split(/\s+/).filter((word) => word !== '')
  if (!words.some((word) => word.includes('@'))) {
    if (words.length > 0) yield { name: '', email: words.join(' ') }
    return
  }
  let name: string[] = []
  for (const word of words) {
    if (word.includes('@')) {
      yield { name: cleanName(name.join(' ')), email: cleanAddress(word) }
      name = []
    } else name.push(word)
  }
}

/** What a typed or pasted list of people says: `a@x.org, Name <b@y.org>`, one a line, each address once. */
export function readAddresses(text: string): TypedAddress[] {
  const found = new Map<string, TypedAddress>()
  for (const entry of entriesOf(text)) {
    for (const { name, email } of addressesOf(entry)) {
      const key = email.toLowerCase()
      if (!found.has(key)) found.set(key, { name, email, valid: email.length <= 254 && form.test(email) })
    }
  }
  return [...found.values()]
}
