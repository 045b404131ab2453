import { describe, expect, it } from 'vitest'
import { openBook } from '../open.ts'
import { bufferSource } from '../source.ts'
import { buildPdf, flateBombPdf, xmpPacket, type PdfInput } from './testing.ts'

const open = (input: PdfInput | Uint8Array, path = 'file.pdf') => {
  const bytes = input instanceof Uint8Array ? input : buildPdf(input)
  return openBook(bufferSource(Buffer.from(bytes)), { path, onProgress() {} })
}
const about = async (input: PdfInput, path?: string) => (await open(input, path)).metadata
const authors = async (input: PdfInput) => (await about(input)).contributors.map(({ name }) => name)
const alt = (text: string) => `<rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt>`
const seq = (...texts: string[]) => `<rdf:Seq>${texts.map((text) => `<rdf:li>${text}</rdf:li>`).join('')}</rdf:Seq>`

describe('metadata', () => {
  it('comes from the information dictionary', async () => {
    const info = {
      Title: '吾輩は猫である',
      Author: 'Natsume Sōseki; A. Translator',
      Subject: 'A cat tells.',
      Keywords: 'cats, satire; Meiji',
      CreationDate: 'D:20190102030405Z',
    }
    expect(await about({ info, pages: 3, catalog: '/Lang (ja-JP) /ViewerPreferences << /Direction /R2L >>' })).toEqual({
      title: '吾輩は猫である',
      subtitle: null,
      sortTitle: null,
      contributors: ['Natsume Sōseki', 'A. Translator'].map((name) => ({ name, sortName: null, role: 'author' })),
      series: [],
      languages: ['ja-JP'],
      identifiers: [],
      publisher: null,
      published: null,
      description: 'A cat tells.',
      tags: ['cats', 'satire', 'Meiji'],
      layout: 'fixed',
      direction: 'rtl',
      vertical: false,
      drm: null,
      pages: 3,
      duration: null,
      track: null,
    })
  })

  it.each([false, true])('comes from XMP first (packed: %s)', async (packed) => {
    const xmp = xmpPacket(
      `<dc:title>${alt('From XMP &amp; more')}</dc:title><dc:creator>${seq('One', 'Two')}</dc:creator>
      <dc:language><rdf:Bag><rdf:li>de</rdf:li></rdf:Bag></dc:language><dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject>
      <dc:description>${alt('Long.')}</dc:description><dc:publisher><rdf:Bag><rdf:li>House</rdf:li></rdf:Bag></dc:publisher>
      <prism:isbn>978-3-16-148410-0</prism:isbn><prism:doi>10.1000/182</prism:doi><dc:identifier>urn:uuid:0</dc:identifier>
      <prism:publicationDate>2012-05</prism:publicationDate><dc:contributor>${seq('Ed Itor - editor')}</dc:contributor>`,
      'xmp:CreateDate="2020-01-01T00:00:00Z"',
    )
    const info = { Title: 'From Info', Author: 'Nobody', Subject: 'Short', Keywords: 'x', Language: 'en' }
    expect(await about({ xmp, packed, info, catalog: '/Lang (fr)' })).toMatchObject({
      title: 'From XMP & more',
      contributors: [
        { name: 'One', role: 'author' },
        { name: 'Two', role: 'author' },
        { name: 'Ed Itor', role: 'editor' },
      ],
      languages: ['de'],
      tags: ['a', 'b'],
      description: 'Long.',
      publisher: 'House',
      published: '2012-05',
      identifiers: [
        { scheme: 'isbn', value: '9783161484100' },
        { scheme: 'doi', value: '10.1000/182' },
      ],
    })
  })

  it('falls back to the information dictionary where XMP says nothing', async () => {
    const xmp = xmpPacket(`<dc:title>${alt('  ')}</dc:title><dc:creator>${seq('')}</dc:creator>`)
    expect(await about({ xmp, info: { Title: 'A', Author: 'B' } })).toMatchObject({ title: 'A', contributors: [{ name: 'B' }] })
  })

  it('reads properties that are attributes, and what calibre adds', async () => {
    const xmp = xmpPacket(
      `<calibre:series rdf:parseType="Resource"><rdf:value>Dune</rdf:value><calibreSI:series_index>2.50</calibreSI:series_index></calibre:series>
      <xmp:Identifier><rdf:Bag><rdf:li rdf:parseType="Resource"><xmpidq:Scheme>isbn</xmpidq:Scheme><rdf:value>0306406152</rdf:value></rdf:li></rdf:Bag></xmp:Identifier>
      <calibre:title_sort>Title, The</calibre:title_sort>`,
      'dc:title="The Title" pdf:Producer="calibre" dc:date="1965"',
    )
    expect(await about({ xmp })).toMatchObject({
      title: 'The Title',
      sortTitle: 'Title, The',
      series: [{ name: 'Dune', position: '2.5' }],
      identifiers: [{ scheme: 'isbn', value: '9780306406157' }],
      published: '1965',
    })
  })

  it('takes no date of the file for one of publication', async () => {
    const date = '<dc:date><rdf:Seq><rdf:li>2020-01-01T10:00:00Z</rdf:li></rdf:Seq></dc:date>'
    expect((await about({ xmp: xmpPacket(date, 'xmp:CreateDate="2020-01-01T10:00:00Z"') })).published).toBeNull()
    expect((await about({ xmp: xmpPacket(date) })).published).toBe('2020-01-01')
  })

  it('describes the document, not an image in it', async () => {
    const image = xmpPacket(`<dc:title>${alt('Sunset')}</dc:title>`, 'tiff:Make="Camera"')
    const objects = { 40: `<< /Type /Metadata /Subtype /XML /Length ${image.length} >>\nstream\n${image}\nendstream` }
    expect((await about({ objects, info: { Title: 'Book' } })).title).toBe('Book')
    expect((await about({ objects, xmp: xmpPacket(`<dc:title>${alt('Book')}</dc:title>`) })).title).toBe('Book')
  })

  it.each([
    'Microsoft Word - thesis.docx',
    'untitled',
    'Untitled-3',
    'PowerPoint Presentation',
    'final_v2.indd',
    'C:\\Users\\me\\book',
    'file:///tmp/x.html',
    '(anonymous)',
    'Scan_0001',
    'My Book',
    '---',
  ])('takes %s for no title', async (Title) => {
    expect((await about({ info: { Title } }, 'a/my book.pdf')).title).toBeNull()
  })

  it('keeps names with a comma together, and parts lists', async () => {
    expect(await authors({ info: { Author: 'Donaldson, Stephen R.' } })).toEqual(['Donaldson, Stephen R.'])
    expect(await authors({ info: { Author: 'Terry Pratchett, Neil Gaiman' } })).toEqual(['Terry Pratchett', 'Neil Gaiman'])
    expect(await authors({ info: { Author: 'A One & B Two and C Three' } })).toEqual(['A One', 'B Two', 'C Three'])
    expect(await authors({ info: { Author: 'Administrator' } })).toEqual([])
  })

  it('finds a DOI in the subject', async () => {
    const { identifiers } = await about({ info: { Subject: 'Nature, doi:10.1038/s41586-020-2649-2', ISBN: '978-3-16-148410-1' } })
    expect(identifiers).toEqual([{ scheme: 'doi', value: '10.1038/s41586-020-2649-2' }])
  })
})

describe('contents', () => {
  it('are the outline with pages from 0', async () => {
    const outline = [
      { title: 'One', page: 0, children: [{ title: 'One, two', page: 1, action: true }] },
      { title: '第二章', page: 2 },
      { title: 'Nowhere' },
    ]
    const { toc, parts } = await (await open({ pages: 3, outline })).readContents()
    expect(parts).toEqual([])
    expect(toc).toEqual([
      { label: 'One', target: { page: 0 }, children: [{ label: 'One, two', target: { page: 1 }, children: [] }] },
      { label: '第二章', target: { page: 2 }, children: [] },
      { label: 'Nowhere', target: null, children: [] },
    ])
  })

  it('end where an outline returns to itself or goes too deep', async () => {
    const loop = '<< /Title (x) /Parent 40 0 R /First 41 0 R /Next 42 0 R >>'
    const catalog = '/Outlines 40 0 R'
    const objects = { 40: '<< /First 41 0 R >>', 41: loop, 42: '<< /Title (y) /Next 41 0 R >>' }
    expect((await (await open({ catalog, objects })).readContents()).toc.map(({ label }) => label)).toEqual(['x', 'y'])
    const deep = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [41 + i, `<< /Title (${i}) /First ${42 + i} 0 R >>`]))
    let [entry] = (await (await open({ catalog, objects: { 40: '<< /First 41 0 R >>', ...deep } })).readContents()).toc
    let depth = 0
    for (; entry; [entry] = entry.children) depth += 1
    expect(depth).toBe(32)
  })
})

describe('covers', () => {
  const draw = async (input: PdfInput | Uint8Array) => {
    const picture = await (await open(input)).readCover()
    if (!picture || !('rgba' in picture)) throw new Error('nothing was drawn')
    return picture
  }

  it('are the first page on white', async () => {
    const { rgba, width, height } = await draw({})
    expect([width, height, rgba.length]).toEqual([988, 1_400, 988 * 1_400 * 4])
    const pixel = (x: number, y: number) => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)]
    expect(pixel(500, 100)).toEqual([255, 0, 0, 255])
    expect(pixel(500, 1_300)).toEqual([255, 255, 255, 255])
  })

  it.each(['[0 0 1e9 1e9]', '[0 0 20000 1]', '[0 0 0 0]', '[5 5 -5 -5]', '[0 0 0.001 0.001]'])('are bounded for %s', async (mediaBox) => {
    const { width, height } = await draw({ mediaBox })
    expect(Math.max(width, height)).toBe(1_400)
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(1)
  })

  it('that take too much memory fail for themselves', async () => {
    const bomb = await open(flateBombPdf())
    expect(bomb.metadata.pages).toBe(1)
    await expect(bomb.readCover()).rejects.toMatchObject({ code: 'memory' })
    expect(await draw({})).toMatchObject({ height: 1_400 })
  })
})

describe('protection', () => {
  const password = { user: '', owner: 'secret' }

  it('by an owner alone hinders nothing', async () => {
    const book = await open({ password, info: { Title: 'Locked' }, outline: [{ title: 'In', page: 0 }] })
    expect(book.metadata).toMatchObject({ title: 'Locked', drm: null, pages: 1 })
    expect((await book.readContents()).toc).toHaveLength(1)
  })

  it('by a password of the reader is said', async () => {
    await expect(open({ password: { user: 'secret', owner: 'other' } })).rejects.toMatchObject({ code: 'encrypted' })
  })

  it('of a kind that is not known is said', async () => {
    const text = Buffer.from(buildPdf({ password })).toString('latin1').replace('/Filter /Standard', '/Filter /EBX_HDLR')
    await expect(open(Buffer.from(text, 'latin1'))).rejects.toMatchObject({ code: 'encrypted' })
  })
})

describe('bad files', () => {
  const whole = Buffer.from(buildPdf({ pages: 3 }))

  it.each([
    ['truncated', Buffer.from('%PDF-1.7')],
    ['truncated', whole.subarray(0, 60)],
    ['damaged', Buffer.from('%PDF-1.7\nxref\nstartxref\n9\n%%EOF')],
    ['damaged', Buffer.from(buildPdf({ objects: { 2: '<< /Type /Pages /Kids [2 0 R] /Count 3 >>' } }))],
    ['not-a-book', Buffer.from('<html>%PDF</html>')],
  ])('are %s', async (code, bytes) => {
    await expect(open(bytes)).rejects.toMatchObject({ code })
  })

  it('with a false number of pages are counted', async () => {
    const objects = { 2: '<< /Type /Pages /Kids [5 0 R 6 0 R] /Count 900000 /MediaBox [0 0 9 9] >>' }
    expect((await about({ pages: 2, objects })).pages).toBe(2)
  })

  it('may have bytes before their header', async () => {
    expect((await open(Buffer.concat([Buffer.alloc(900), whole]))).metadata.pages).toBe(3)
  })

  it('that cannot be read fail with the reason of the disk', async () => {
    const broken = () => {
      throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read' })
    }
    const source = {
      size: whole.length,
      read: (at: number, length: number) => (at === 0 && length === 1_024 ? whole.subarray(0, 1_024) : broken()),
    }
    await expect(openBook({ ...source }, { path: 'x.pdf', onProgress() {} })).rejects.toMatchObject({ code: 'EIO' })
  })

  it('run no action and open nothing', async () => {
    const catalog =
      '/OpenAction << /S /JavaScript /JS (app.alert(1); this.exportDataObject()) >> /AA << /WC << /S /Launch /F (/bin/sh) >> >>'
    const book = await open({ catalog, info: { Title: 'Plain' } })
    expect(book.metadata.title).toBe('Plain')
    expect(await book.readCover()).not.toBeNull()
  })
})
