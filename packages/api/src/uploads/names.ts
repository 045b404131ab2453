/** Bytes of a name, so that there is room for what file systems and object stores add. */
const nameBytes = 180
/** Control and format characters (marks that turn the direction of text among them), lone surrogates, private use. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/gu
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

const cut = (text: string, bytes: number): string => {
  let kept = ''
  let length = 0
  for (const character of text) {
    length += Buffer.byteLength(character)
    if (length > bytes) break
    kept += character
  }
  return kept
}

/** Folders above a file that tell something of it: that of a recording, and that of one of its discs. */
const foldersKept = 2

/** The last folders of a `/`-separated path, each as `safeName` makes it; empty for a file by itself. */
export function safeFolder(given: string): string {
  const folders = given
    .split(/[/\\]/)
    .slice(0, -1)
    .filter((name) => !/^[\s.]*$/u.test(name))
  return folders.slice(-foldersKept).map(safeName).join('/')
}

/**
 * A name that is the same file's on every system: the last part of what was given, NFC, without characters that nobody sees or
 * that mean something to a system, not hidden, and short; its extension is kept. `file` where nothing is left.
 */
export function safeName(given: string): string {
  const last = given.toWellFormed().replaceAll('\ufffd', '').split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .replaceAll(unseen, '')
    // Behind it: what stood between a letter and its accent keeps them apart no more.
    .normalize('NFC')
    .replaceAll(/[<>:"|?*;]/g, '_')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/^[\s.]+|[\s.]+$/gu, '')
  const dot = plain.lastIndexOf('.')
  const extension = dot > 0 && plain.length - dot <= 12 ? plain.slice(dot) : ''
  const stem = cut(extension ? plain.slice(0, dot) : plain, nameBytes - Buffer.byteLength(extension)).trimEnd()
  const name = `${stem || 'file'}${extension}`
  return reserved.test(name) ? `_${name}` : name
}
