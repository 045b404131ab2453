import { Parser } from 'htmlparser2'
import { limits } from '../limits.ts'
import { cut, decodeNamed, wellFormed } from './clean.ts'

const blocks = new Set('p div br hr li ul ol dl dt dd tr table section article header footer blockquote pre h1 h2 h3 h4 h5 h6'.split(' '))
const hidden = new Set(['script', 'style', 'template', 'title', 'head'])

class TooDeep extends Error {}

function paragraphsOfHtml(html: string): string[] {
  const paragraphs: string[] = []
  let current = ''
  let depth = 0
  let hiddenDepth = 0
  const flush = () => {
    paragraphs.push(current)
    current = ''
  }
  const parser = new Parser({
    onopentag(name) {
      depth += 1
      if (depth > limits.xmlDepth) throw new TooDeep()
      if (hidden.has(name)) hiddenDepth += 1
      if (name === 'br') current += '\n'
      else if (blocks.has(name)) flush()
    },
    ontext(text) {
      if (hiddenDepth === 0) current += text.replace(/\s+/g, ' ')
    },
    onclosetag(name) {
      depth -= 1
      if (hidden.has(name)) hiddenDepth -= 1
      if (name !== 'br' && blocks.has(name)) flush()
    },
  })
  try {
    parser.end(html)
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error
  }
  flush()
  return paragraphs.flatMap((paragraph) => paragraph.split(/\n\s*\n/))
}

/**
 * Plain text of a description that may or may not be HTML: paragraphs are parted
 * by an empty line, markup and scripts are gone. `null` when nothing is left.
 */
export function plainText(text: string | undefined, max: number): string | null {
  if (text === undefined) return null
  const source = cut(text, max * 8)
  const paragraphs = /<[a-z/!]/i.test(source)
    ? paragraphsOfHtml(source)
    : decodeNamed(source)
        .split(/\r?\n[ \t]*\r?\n/)
        .map((paragraph) => paragraph.replace(/\s+/g, ' '))
  const joined = paragraphs
    .map((paragraph) =>
      wellFormed(paragraph)
        .replace(/[^\S\n]+/g, ' ')
        .replace(/ ?\n ?/g, '\n')
        .trim(),
    )
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')
  return joined === '' ? null : cut(joined, max)
}
