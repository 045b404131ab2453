import { describe, expect, it } from 'vitest'
import { openArchive } from '../archive/zip.ts'
import { bufferSource } from '../source.ts'
import { buildEpub, buildZip, containerXml, packageXml, type ZipEntryInput } from '../testing.ts'
import { readEpub } from './read.ts'

async function read(bytes: Uint8Array) {
  return readEpub(await openArchive(bufferSource(Buffer.from(bytes))))
}

const problem = (code: string) => expect.objectContaining({ code })

describe('finding the package document', () => {
  it('does not care where the mimetype stands, or about case', async () => {
    const { metadata, warnings } = await read(
      buildZip([
        { name: 'OEBPS/content.opf', data: packageXml({ title: 'Late' }) },
        { name: 'meta-inf/CONTAINER.xml', data: containerXml() },
        { name: 'mimetype', data: 'application/epub+zip' },
      ]),
    )
    expect([metadata.title, warnings]).toEqual(['Late', []])
  })

  it('takes the first package of several', async () => {
    const container = containerXml('one.opf').replace(
      '</rootfiles>',
      '<rootfile full-path="two.opf" media-type="application/oebps-package+xml"/></rootfiles>',
    )
    const { metadata } = await read(
      buildZip([
        { name: 'META-INF/container.xml', data: container },
        { name: 'two.opf', data: packageXml({ title: 'Two' }) },
        { name: 'one.opf', data: packageXml({ title: 'One' }) },
      ]),
    )
    expect(metadata.title).toBe('One')
  })

  it('finds a package that no container names, and says so', async () => {
    const { metadata, warnings } = await read(buildZip([{ name: 'a/b.opf', data: packageXml({ title: 'Stray' }) }]))
    expect([metadata.title, warnings.map(({ code }) => code)]).toEqual(['Stray', ['missing-container']])
  })

  it.each([
    ['missing-package', [{ name: 'META-INF/container.xml', data: containerXml() }]],
    ['missing-container', [{ name: 'mimetype', data: 'application/epub+zip' }]],
    ['not-a-book', [{ name: 'notes.txt', data: 'text' }]],
    ['invalid-xml', [{ name: 'x.opf', data: 'no xml at all' }]],
    ['encrypted', [{ name: 'x.opf', data: packageXml(), flags: 1 }]],
  ] satisfies [string, ZipEntryInput[]][])('%s', async (code, entries) => {
    await expect(read(buildZip(entries))).rejects.toThrow(problem(code))
  })

  it('reads every encoding that books use', async () => {
    const opf = packageXml({ title: 'Füße – 草枕' })
    const utf16 = Buffer.from(`\ufeff${opf.replace('UTF-8', 'UTF-16')}`, 'utf16le')
    const latin = Buffer.from(packageXml({ title: 'Füße' }).replace('UTF-8', 'ISO-8859-1'), 'latin1')
    const titles = [Buffer.from(`\ufeff${opf}`), utf16, Buffer.from(utf16).swap16(), utf16.subarray(2), latin].map(
      async (bytes) => (await read(buildEpub({ opf: bytes }))).metadata.title,
    )
    expect(await Promise.all(titles)).toEqual(['Füße – 草枕', 'Füße – 草枕', 'Füße – 草枕', 'Füße – 草枕', 'Füße'])
  })

  it('warns of a package that does not match its checksum', async () => {
    const { warnings } = await read(buildZip([{ name: 'x.opf', data: packageXml(), crc: 7 }]))
    expect(warnings.map(({ code }) => code)).toContain('corrupt-archive')
  })
})

describe('covers', () => {
  const image = 'not looked at here'
  const base = `<item id="p" href="p.xhtml" media-type="application/xhtml+xml"/>`

  async function coverOf(manifest: string, more: { metadata?: string; behind?: string; files?: Record<string, string> }) {
    const opf = `<package version="3.0"><metadata><dc:title>t</dc:title>${more.metadata ?? ''}</metadata>
      <manifest>${base}${manifest}</manifest><spine><itemref idref="p"/></spine>${more.behind ?? ''}</package>`
    const files = Object.entries({ 'p.xhtml': '<html/>', 'a.jpg': image, 'b.png': image, ...more.files })
    return (
      await read(
        buildZip([
          { name: 'META-INF/container.xml', data: containerXml('O/x.opf') },
          { name: 'O/x.opf', data: opf },
          ...files.map(([name, data]) => ({ name: `O/${name}`, data })),
        ]),
      )
    ).cover
  }
  const a = '<item id="a" href="a.jpg" media-type="image/jpeg"/>'
  const b = '<item id="b" href="b.png" media-type="image/png"/>'

  it('by property', async () => {
    expect(await coverOf(a + b.replace('/>', ' properties="x cover-image"/>'), {})).toBe('O/b.png')
  })

  it('by the meta named cover, as an id or a path', async () => {
    expect(await coverOf(a + b, { metadata: '<meta name="cover" content="b"/>' })).toBe('O/b.png')
    expect(await coverOf(a + b, { metadata: '<meta content="a.jpg" name="cover"/>' })).toBe('O/a.jpg')
  })

  it('by the guide, through its page', async () => {
    const behind = '<guide><reference type="cover" href="c%20v.xhtml#x"/></guide>'
    const page = '<html><body><p>Text</p><svg><image xlink:href="b.png"/></svg></body></html>'
    expect(await coverOf(a + b, { behind, files: { 'c v.xhtml': page } })).toBe('O/b.png')
  })

  it('by name, but not the back cover', async () => {
    const files = { 'backcover.jpg': image, 'img/Cover.JPG': image }
    const back = '<item id="x" href="backcover.jpg" media-type="image/jpeg"/>'
    const front = '<item id="y" href="img/Cover.JPG" media-type="image/jpeg"/>'
    expect(await coverOf(back, { files })).toBeNull()
    expect(await coverOf(back + front, { files })).toBe('O/img/Cover.JPG')
  })

  it('by a first page that is one image', async () => {
    const page = '<html><head><title>Cover</title></head><body><div><img src="a.jpg" alt=""/></div></body></html>'
    expect(await coverOf(a, { files: { 'p.xhtml': page } })).toBe('O/a.jpg')
    expect(await coverOf(a, { files: { 'p.xhtml': page.replace('<div>', '<div>Chapter') } })).toBeNull()
    expect(await coverOf(a, { files: { 'p.xhtml': page.replace('<div>', '<div><img src="b.png"/>') } })).toBeNull()
  })

  it('the image inside of an SVG, and the drawing itself where there is none', async () => {
    const svg = '<item id="s" href="s.svg" media-type="image/svg+xml" properties="cover-image"/>'
    expect(await coverOf(svg, { files: { 's.svg': '<svg><script/><rect/></svg>' } })).toBe('O/s.svg')
    expect(await coverOf(svg.replace(' properties="cover-image"', ''), { files: { 's.svg': '<svg><rect/></svg>' } })).toBeNull()
    expect(await coverOf(svg + a, { files: { 's.svg': '<svg><image href="a.jpg"/></svg>' } })).toBe('O/a.jpg')
  })

  it('nothing outside of the archive', async () => {
    for (const href of ['../../../etc/x.jpg', 'file:///x.jpg', 'https://example.org/x.jpg', 'data:image/png;base64,AA==']) {
      expect(await coverOf(`<item id="x" href="${href}" media-type="image/jpeg" properties="cover-image"/>`, {})).toBeNull()
    }
  })
})

describe('encryption', () => {
  const encryption = (algorithm: string, uri: string) =>
    `<encryption xmlns="x"><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/>
     <ds:KeyInfo><enc:EncryptedKey><enc:EncryptionMethod Algorithm="rsa"/></enc:EncryptedKey></ds:KeyInfo>
     <enc:CipherData><enc:CipherReference URI="${uri}"/></enc:CipherData></enc:EncryptedData></encryption>`
  const aes = 'http://www.w3.org/2001/04/xmlenc#aes128-cbc'

  async function drmOf(xml: string, more: ZipEntryInput[] = []) {
    const cover = Uint8Array.from([0xff, 0xd8, 0xff])
    const { metadata, cover: found } = await read(buildEpub({ cover, extra: [{ name: 'META-INF/encryption.xml', data: xml }, ...more] }))
    return [metadata.drm, found]
  }

  it('names the scheme', async () => {
    const adept = { name: 'META-INF/rights.xml', data: '<rights xmlns="http://ns.adobe.com/adept"/>' }
    expect(await drmOf(encryption(aes, 'OEBPS/c0.xhtml'), [adept])).toEqual(['Adobe ADEPT', 'OEBPS/cover.jpg'])
    expect(await drmOf(encryption(aes, 'OEBPS/c0.xhtml'), [{ name: 'META-INF/sinf.xml', data: '' }])).toEqual([
      'Apple FairPlay',
      'OEBPS/cover.jpg',
    ])
    expect(await drmOf(encryption(aes, 'OEBPS/c0.xhtml'), [{ name: 'META-INF/license.lcpl', data: '{}' }])).toEqual([
      'Readium LCP',
      'OEBPS/cover.jpg',
    ])
    expect(await drmOf(encryption(aes, 'OEBPS/cover.jpg'))).toEqual(['unknown', null])
  })

  it('does not take obfuscated fonts for it', async () => {
    expect(await drmOf(encryption('http://www.idpf.org/2008/embedding', 'OEBPS/c0.xhtml'))).toEqual([null, 'OEBPS/cover.jpg'])
    expect(await drmOf('<broken')).toEqual([null, 'OEBPS/cover.jpg'])
  })
})

describe('vertical writing', () => {
  const css = (rules: string): ZipEntryInput[] => [{ name: 'OEBPS/s.css', data: rules }]
  const book = (language: string, direction: 'ltr' | 'rtl', rules: string) =>
    buildEpub({
      opf: packageXml({ language, direction }).replace('</manifest>', '<item id="s" href="s.css" media-type="text/css"/></manifest>'),
      extra: css(rules),
    })

  it.each([
    ['ja', 'rtl', 'html { -epub-writing-mode: vertical-rl; }', true],
    ['ja', 'rtl', '.vrtl { writing-mode: vertical-rl }', true],
    ['ja', 'ltr', '.vrtl { writing-mode: vertical-rl }', false],
    ['ja', 'ltr', 'body { writing-mode: vertical-rl }', true],
    ['ja', 'rtl', 'body { writing-mode: horizontal-tb }', false],
    ['en', 'ltr', 'body { writing-mode: vertical-rl }', false],
  ] as const)('%s %s %j: %s', async (language, direction, rules, expected) => {
    expect((await read(book(language, direction, rules))).metadata.vertical).toBe(expected)
  })
})
