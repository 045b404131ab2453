import { expect, it } from 'vitest'
import { readAddresses } from './addresses.ts'

const read = (text: string) => readAddresses(text).map(({ name, email, valid }) => `${valid ? '' : '!'}${name}<${email}>`)

it.each([
  ['nora@example.org', ['<nora@example.org>']],
  ['a@x.org, b@x.org;c@x.org\nd@x.org\r\ne@x.org', ['<a@x.org>', '<b@x.org>', '<c@x.org>', '<d@x.org>', '<e@x.org>']],
  ['a@x.org b@x.org', ['<a@x.org>', '<b@x.org>']],
  ['Nora Lind <nora@x.org>, "Doe, Jane" <jane@x.org>', ['Nora Lind<nora@x.org>', 'Doe, Jane<jane@x.org>']],
  ['Nora Lind\tnora@x.org\nJane\tjane@x.org', ['Nora Lind<nora@x.org>', 'Jane<jane@x.org>']],
  ['佐藤 花 <hana@例え.jp>、mika@x.org', ['佐藤 花<hana@例え.jp>', '<mika@x.org>']],
  ['mailto:a@x.org', ['<a@x.org>']],
  ['A@x.org, a@X.org', ['<A@x.org>']],
  ['root@localhost', ['<root@localhost>']],
  ['a@x.org.', ['<a@x.org>']],
])('understands %j', (text, expected) => {
  expect(read(text)).toEqual(expected)
})

it.each([
  ['nora', ['!<nora>']],
  ['Nora Lind, nora@x.org', ['!<Nora Lind>', '<nora@x.org>']],
  ['nora@', ['!<nora@>']],
  ['@x.org', ['!<@x.org>']],
  ['a@b@c.org', ['!<a@b@c.org>']],
  ['Nora <>', ['!Nora<>']],
])('marks what is no address: %j', (text, expected) => {
  expect(read(text)).toEqual(expected)
})

it('lets an open quote or bracket spoil one line only', () => {
  expect(read('"Nora, <nora@x.org>\nb@x.org')).toContain('<b@x.org>')
  expect(read('Nora <nora@x.org\nb@x.org')).toContain('<b@x.org>')
})

it('finds nothing in nothing', () => {
  expect(readAddresses(' ,;\n ,, ')).toEqual([])
})
