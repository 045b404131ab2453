import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openBook, type OpenBook } from '../open.ts'
import { bufferSource } from '../source.ts'
import { buildEpub, buildZip, containerXml, packageXml, type ZipEntryInput } from '../testing.ts'
import type { TocEntry } from '../types.ts'

function open(bytes: Uint8Array): Promise<OpenBook> {
  return openBook(bufferSource(Buffer.from(bytes)), { path: 'x.epub', onProgress() {} })
}

const problem = (code: string) => expect.objectContaining({ code })
const nav = (body: string) => `<html xmlns:epub="http://www.idpf.org/2007/ops"><body>${body}</body></html>`
const tocNav = (list: string) =>
  nav(`<nav epub:type="landmarks"><ol><li><a href="x">L</a></li></ol></nav><nav epub:type="toc">${list}</nav>`)

async function tocOf(document: string, name = 'OEBPS/nav.xhtml', extra: ZipEntryInput[] = []): Promise<TocEntry[]> {
  return (await (await open(buildEpub({ chapters: ['1', '2'], extra: [{ name, data: document }, ...extra] }))).readContents()).toc
}

function depthOf(toc: readonly TocEntry[]): number {
  return toc.length === 0 ? 0 : 1 + Math.max(...toc.map(({ children }) => depthOf(children)))
}

describe('the table of contents', () => {
  it('is the nested one of the navigation document, its links resolved', async () => {
    const toc = await tocOf(
      tocNav(`<h1>Contents</h1><ol><li><a href="c0.xhtml#a%20b"> One <b>and</b>
        more</a><ol><li><a href="./c1.xhtml">Two</a></li></ol></li>
        <li><span>Part</span><ol><li><a href="gone.xhtml">Gone</a></li><li><a href="https://example.org/">Far</a></li></ol></li>
        <li><a href="../../../OEBPS/c1.xhtml" title="Titled"><img alt="" src="x"/></a></li><li><a href="c0.xhtml"/></li></ol>`),
    )
    expect(toc).toEqual([
      {
        label: 'One and more',
        target: { href: 'OEBPS/c0.xhtml#a%20b' },
        children: [{ label: 'Two', target: { href: 'OEBPS/c1.xhtml' }, children: [] }],
      },
      {
        label: 'Part',
        target: null,
        children: [
          { label: 'Gone', target: null, children: [] },
          { label: 'Far', target: null, children: [] },
        ],
      },
      { label: 'Titled', target: { href: 'OEBPS/c1.xhtml' }, children: [] },
    ])
  })

  it('is the NCX of an older book', async () => {
    const opf = packageXml({ chapters: ['1'] })
      .replace(/<item id="nav"[^>]*>/, '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>')
      .replace('<spine', '<spine toc="ncx"')
    const ncx = `<ncx><docTitle><text>No</text></docTitle><navMap><navPoint><navLabel><text>One</text></navLabel><content src="c0.xhtml#x"/>
      <navPoint><navLabel><text>Two</text></navLabel><content src="c0.xhtml"/></navPoint></navPoint></navMap><pageList/></ncx>`
    const book = await open(buildEpub({ opf, extra: [{ name: 'OEBPS/toc.ncx', data: ncx }] }))
    expect((await book.readContents()).toc).toEqual([
      {
        label: 'One',
        target: { href: 'OEBPS/c0.xhtml#x' },
        children: [{ label: 'Two', target: { href: 'OEBPS/c0.xhtml' }, children: [] }],
      },
    ])
  })

  it('is bounded in depth, whatever the document', async () => {
    const deep = '<ol><li><a href="c0.xhtml">x</a>'
    expect(depthOf(await tocOf(tocNav(deep.repeat(100))))).toBe(32)
    expect(depthOf(await tocOf(tocNav(deep.repeat(50_000))))).toBe(32)
    expect(await tocOf(nav('<x>'.repeat(100_000)))).toEqual([])
    expect(await tocOf('not xml')).toEqual([])
  })

  it('is bounded in length', async () => {
    const many = await tocOf(tocNav(`<ol>${'<li><a href="c0.xhtml">x</a></li>'.repeat(30_000)}</ol>`))
    expect(many.length).toBe(10_000)
  })
})

describe('parts', () => {
  it('are the spine in its order, then the rest of the manifest', async () => {
    const opf = packageXml({ chapters: ['1', '2'] })
      .replace('<itemref idref="c0"/><itemref idref="c1"/>', '<itemref idref="c1"/><itemref idref="none"/><itemref idref="c0"/>')
      .replace(
        '</manifest>',
        '<item id="css" href="a.css" media-type="x"/><item id="gone" href="gone.css" media-type="text/css"/></manifest>',
      )
    const book = await open(buildEpub({ opf, chapters: ['1', '2'], extra: [{ name: 'OEBPS/a.css', data: 'body' }] }))
    const { parts } = await book.readContents()
    expect(parts.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['OEBPS/c1.xhtml', 'application/xhtml+xml'],
      ['OEBPS/c0.xhtml', 'application/xhtml+xml'],
      ['OEBPS/nav.xhtml', 'application/xhtml+xml'],
      ['OEBPS/a.css', 'text/css'],
    ])
    expect(parts.at(-1)?.size).toBe(4)
    expect(await book.readPart('OEBPS/a.css', 10)).toEqual({ bytes: Buffer.from('body'), mediaType: 'text/css' })
  })

  it('are found by their exact name and bounded', async () => {
    const book = await open(buildEpub({ extra: [{ name: 'OEBPS/big.css', data: new Uint8Array(1_000_000) }] }))
    for (const name of ['none', 'OEBPS/../OEBPS/c0.xhtml', '__proto__', '/etc/passwd', '']) {
      expect(() => book.readPart(name, 1_000)).toThrow(problem('vanished'))
    }
    expect(() => book.readPart('OEBPS/big.css', 1_000)).toThrow(problem('too-large'))
  })
})

const encryption = (algorithm: string, uri: string) => `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
  xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/>
  <enc:CipherData><enc:CipherReference URI="${uri}"/></enc:CipherData></enc:EncryptedData></encryption>`

function locked(algorithm: string, font: Uint8Array): Uint8Array {
  return buildZip([
    { name: 'META-INF/container.xml', data: containerXml() },
    { name: 'META-INF/encryption.xml', data: encryption(algorithm, 'OEBPS/f.otf') },
    { name: 'OEBPS/content.opf', data: packageXml({ identifier: ' urn:uuid:8f1d4a52-6c3b-4f0e-9d27-3b1f6a1c5e90\n' }) },
    { name: 'OEBPS/f.otf', data: font },
  ])
}

describe('what is encrypted', () => {
  const plain = Buffer.from(Array.from({ length: 3_000 }, (_, i) => i % 251))
  const obfuscate = (key: Buffer, length: number) => plain.map((byte, i) => (i < length ? byte ^ (key[i % key.length] ?? 0) : byte))

  it.each([
    ['http://www.idpf.org/2008/embedding', createHash('sha1').update('urn:uuid:8f1d4a52-6c3b-4f0e-9d27-3b1f6a1c5e90').digest(), 1_040],
    ['http://ns.adobe.com/pdf/enc#RC', Buffer.from('8f1d4a526c3b4f0e9d273b1f6a1c5e90', 'hex'), 1_024],
  ])('by %s is a font that is given as it was', async (algorithm, key, length) => {
    const book = await open(locked(algorithm, obfuscate(key, length)))
    expect(book.metadata.drm).toBeNull()
    expect(await book.readPart('OEBPS/f.otf', 10_000)).toEqual({ bytes: plain, mediaType: 'font/otf' })
  })

  it('by a cipher is refused', async () => {
    const book = await open(locked('http://www.w3.org/2001/04/xmlenc#aes256-cbc', plain))
    expect(book.metadata.drm).toBe('unknown')
    expect(() => book.readPart('OEBPS/f.otf', 10_000)).toThrow(problem('encrypted'))
  })
})
