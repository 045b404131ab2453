import { readFileSync } from 'node:fs'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import { describe, expect, it } from 'vitest'

/** From the source: the build hands out compiled messages. */
const source = readFileSync(new URL('../locales/en.ts', import.meta.url), 'utf8')
const messages = [...source.matchAll(/^ {2}'([\w.:-]+)':\s*'(.*)',$/gm)].map(([, id = '', text = '']) => [id, text] as const)

it('finds the messages', () => expect(messages.length).toBeGreaterThan(200))

describe.each(messages)('%s', (_id, text) => {
  it('is well-formed ICU with typographic quotes', () => {
    expect(compileMessage(text)).toBeDefined()
    expect(text).not.toMatch(/['"]/)
    expect(text.trim()).toBe(text)
  })
})
