import { describe, expect, test } from 'vitest'
import { isMailAddress, type MailLanguage, mailLanguageOf, type MailTemplate, renderMail } from './index.ts'

const link = 'https://library.example.org/x?token=a&next=%2Fw%2Fnight'
const templates: MailTemplate[] = [
  {
    kind: 'invitation',
    organizationName: 'Night Library',
    inviterName: 'Ada Lovelace',
    roles: ['Reader', 'Editor'],
    link,
    expiresAt: new Date('2026-03-05T14:00:00Z'),
  },
  { kind: 'password-reset', userName: 'Ada', link, expiresInMinutes: 60 },
  { kind: 'account-made', userName: 'Ada', link, expiresInMinutes: 7 * 24 * 60 },
  { kind: 'verify-email', userName: 'Ada', link, expiresInMinutes: 1440 },
  { kind: 'change-email', userName: 'Ada', newEmail: 'ada@new.example', link, expiresInMinutes: 1440 },
  { kind: 'email-changed', userName: 'Ada', newEmail: 'ada@new.example' },
  { kind: 'test', serverName: 'library', sentBy: 'Ada' },
]
const cases = templates.flatMap((template) =>
  (['en', 'ja'] as MailLanguage[]).map((language) => ({ template, language, kind: template.kind })),
)

/** Text of a page without its head. */
function shownText(html: string): string {
  return html
    .replace(/^[\s\S]*<\/head>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&')
}

test.each(cases)('$kind in $language', ({ template, language }) => {
  const { subject, html, text } = renderMail(template, language)
  expect(subject).not.toBe('')
  expect(html).toContain(`<html lang="${language}">`)
  expect(html).not.toMatch(/<(?:img|link|script|iframe)\b|url\(|@import|undefined|\[object/)
  expect(text).not.toMatch(/undefined|\[object|<\w/)
  for (const paragraph of text.split('\n\n').filter((paragraph) => !paragraph.startsWith('-- '))) {
    for (const part of paragraph.trim().split('\n')) {
      const words = part.replace(/:$/, '').split(/Ada Lovelace|Night Library|ada@new\.example|Reader|Editor|Ada|library/)
      for (const word of words) expect(shownText(html)).toContain(word.trim())
    }
  }
  if ('link' in template) {
    expect(text).toContain(`\n${link}\n`)
    expect(html.split(link.replaceAll('&', '&amp;'))).toHaveLength(4)
  } else expect(html).not.toContain('href')
})

test('says who, where, as what and until when', () => {
  const { subject, text } = renderMail(templates[0]!, 'en')
  expect(subject).toBe('Ada Lovelace invited you to Night Library')
  expect(text).toContain('Your roles there: Reader and Editor.')
  expect(text).toContain('until 5 March 2026 at 14:00 UTC.')
  expect(renderMail(templates[0]!, 'ja').text).toContain('2026年3月5日 14:00 UTCまで')
  expect(renderMail(templates[1]!, 'en').text).toContain('for 1 hour.')
  expect(renderMail({ ...templates[0], roles: [] } as MailTemplate, 'en').text).not.toContain('role')
})

describe('names from outside', () => {
  const named = (name: string) =>
    renderMail({ kind: 'invitation', organizationName: name, inviterName: name, roles: [name], link, expiresAt: new Date(0) }, 'en')

  test('are escaped', () => {
    const { html } = named(`<a href="x" onclick='y'>&amp;`)
    expect(html).not.toContain('<a href="x"')
    expect(html).toContain('&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;amp;')
  })

  test.each([
    ['http://evil.example/login', /https?:|evil\.example/],
    ['https://1.2.3.4', /https?:/],
    ['javascript:alert', /javascript:/],
    ['www.evil.example', /evil\.example|www\.evil/],
    ['evil.example', /evil\.example/],
    ['you@evil.example', /you@|evil\.example/],
    ['evil。example', /evil。example/],
  ])('%s becomes no link', (name, linked) => {
    const { html, text } = named(name)
    expect(text.replaceAll(link, '')).not.toMatch(linked)
    expect(html.replaceAll(link.replaceAll('&', '&amp;'), '').replace(/<title>.*<\/title>/, '')).not.toMatch(linked)
    expect(text.replaceAll('\u200a', '')).toContain(name)
  })

  test('lose control and bidi characters, keep joiners, and are cut', () => {
    expect(named('A\u202e\u2066b\u0007\u0000\r\n\tc\u200b').subject).toBe('Ab c invited you to Ab c')
    expect(named('👩\u200d🚀').subject).toContain('👩\u200d🚀')
    expect(named('\u200b\r\n').subject).toBe('– invited you to –')
    expect(named('\ud800x').subject).toContain('\ufffdx')
    const long = named('𠮷'.repeat(5000))
    expect(Array.from(long.subject.split(' ')[0]!)).toHaveLength(100)
    expect(long.html.length).toBeLessThan(10_000)
  })

  test.each(['St. Mary, c/o Dr. Who', 'J.R.R. Tolkien', 'Room 7: quiet, 10:30', '夜の図書館。'])('%s stays as it is', (name) => {
    expect(named(name).text).toContain(name)
  })
})

test('a link is http or https', () => {
  for (const bad of ['javascript:alert(1)', '/relative', 'data:text/html,x', ''])
    expect(() => renderMail({ kind: 'verify-email', userName: 'A', link: bad, expiresInMinutes: 60 }, 'en')).toThrow(TypeError)
  expect(
    renderMail({ kind: 'verify-email', userName: 'A', link: 'https://a.example/"><b>', expiresInMinutes: 60 }, 'en').html,
  ).not.toContain('<b>')
})

test('the language of a tag', () => {
  const tags = ['ja', 'ja-JP', 'JA_jp', 'en-US', 'de', '', null, undefined, 'constructor', '__proto__']
  expect(tags.map(mailLanguageOf)).toEqual(['ja', 'ja', 'ja', 'en', 'en', 'en', 'en', 'en', 'en', 'en'])
})

test.each([
  ['reader@example.com', true],
  ["o'hara+books@mail.example.co.uk", true],
  ['root@localhost', true],
  ['読者@図書館.example', true],
  ['reader@BÜCHER.example', true],
  [`${'a'.repeat(64)}@example.com`, true],
  [`${'a'.repeat(65)}@example.com`, false],
  [`a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.example`, true],
  [`a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(61)}.com`, false],
  ['reader', false],
  ['@example.com', false],
  ['reader@', false],
  ['a@b@example.com', false],
  ['a..b@example.com', false],
  ['.a@example.com', false],
  ['"a b"@example.com', false],
  ['a b@example.com', false],
  ['a@example.com\r\nBcc: x@y.z', false],
  ['a\u0000@example.com', false],
  ['a\u202e@example.com', false],
  ['a@exa\u00admple.com', false],
  ['a@[127.0.0.1]', false],
  ['a@127.0.0.1', false],
  ['a@-example.com', false],
  ['a@exa_mple.com', false],
  ['a@%65xample.com', false],
  ['a@example.com/x', false],
  ['Ada <ada@example.com>', false],
  ['a@example.com,b@example.com', false],
])('%j is an address: %s', (address, expected) => {
  expect(isMailAddress(address)).toBe(expected)
})
