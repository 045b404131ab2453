import { crc32 } from 'node:zlib'
import sevenZip from '7z-wasm'
import { describe, expect, it } from 'vitest'
import { unpack } from '../archive/seven-zip.ts'
import { openBook, type OpenBook } from '../open.ts'
import { bufferSource } from '../source.ts'
import { buildRar, buildTar, buildZip, type ArchiveFileInput } from '../testing.ts'

/** A PNG of 1 × 1 pixels, told apart by what follows it. */
function picture(mark = ''): Buffer {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='
  return Buffer.concat([Buffer.from(png, 'base64'), Buffer.from(mark)])
}

/** Packs with 7-Zip itself. */
async function buildWithSevenZip(files: readonly ArchiveFileInput[], type: string, ...switches: string[]): Promise<Uint8Array> {
  const program = await sevenZip.default({ print() {}, printErr() {} })
  program.FS.mkdir('/in')
  for (const { name, data } of files) {
    for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
      if (!program.FS.readdir('/in').includes(name.slice(0, at))) program.FS.mkdir(`/in/${name.slice(0, at)}`)
    }
    program.FS.writeFile(`/in/${name}`, typeof data === 'string' ? Buffer.from(data) : data)
  }
  program.FS.chdir('/in')
  program.callMain(['a', `-t${type}`, ...switches, `/out.${type}`, '.'])
  return program.FS.readFile(`/out.${type}`)
}

/** A 7z archive that says that it was packed with so much memory (7zFormat.txt). */
function withPpmdMemory(archive: Buffer, bytes: number): Buffer {
  archive.writeUInt32LE(bytes, archive.lastIndexOf(Buffer.from([3, 4, 1, 5])) + 5)
  const start = 32 + Number(archive.readBigUInt64LE(12))
  archive.writeUInt32LE(crc32(archive.subarray(start, start + Number(archive.readBigUInt64LE(20)))), 28)
  archive.writeUInt32LE(crc32(archive.subarray(12, 32)), 8)
  return archive
}

const packers: Record<string, (files: readonly ArchiveFileInput[]) => Uint8Array | Promise<Uint8Array>> = {
  cbz: buildZip,
  cbr: buildRar,
  cb7: (files) => buildWithSevenZip(files, '7z', '-ms=on'),
  cbt: buildTar,
}

function open(bytes: Uint8Array, path = 'comic.cbz'): Promise<OpenBook> {
  return openBook(bufferSource(Buffer.from(bytes)), { path, onProgress() {} })
}

async function pageNames(bytes: Uint8Array): Promise<string[]> {
  return (await (await open(bytes)).readContents()).parts.map(({ name }) => name)
}

const problem = (code: string) => expect.objectContaining({ code })
const comicInfo = `<?xml version="1.0"?><ComicInfo><Title>One</Title><Series>Saga</Series><Number>3</Number>
<Manga>YesAndRightToLeft</Manga><Pages><Page Image="0"/><Page Image="1" Type="FrontCover"/>
<Page Image="2" DoublePage="true" Bookmark="The middle"/></Pages></ComicInfo>`

describe.each(Object.entries(packers))('%s', (format, pack) => {
  it('has its pages in natural order, without what is hidden', async () => {
    const names = ['p10.png', 'p9.PNG', 'p1.png', 'ページ 2.jpg', '.hidden.png', 'Thumbs.db', 'readme.txt']
    const files = names.map((name) => ({ name, data: picture(name) }))
    const folders = [{ name: '__MACOSX/._p1.png', data: 'x' }]
    const book = await open(await pack([...files, ...folders]), 'comic.epub')
    const { parts, toc } = await book.readContents()
    expect(book).toMatchObject({ format, hasCover: true, metadata: { title: null, pages: 4, layout: 'fixed', series: [] } })
    expect([parts.map(({ name }) => name), toc]).toEqual([['p1.png', 'p9.PNG', 'p10.png', 'ページ 2.jpg'], []])
    expect(parts[0]).toEqual({ name: 'p1.png', mediaType: 'image/png', size: picture('p1.png').length })
  })

  it('gives each page by its name, as what it is', async () => {
    const odd = 'odd [1] ＃*.jpg'
    const book = await open(
      await pack([
        { name: odd, data: picture('!') },
        { name: 'b.png', data: '<html>' },
      ]),
    )
    expect(await book.readPart(odd, 1_000)).toEqual({ bytes: picture('!'), mediaType: 'image/png' })
    await expect(async () => book.readPart('b.png', 1_000)).rejects.toThrow(problem('damaged'))
    await expect(async () => book.readPart(odd, 10)).rejects.toThrow(problem('too-large'))
    await expect(async () => book.readPart('none.png', 1_000)).rejects.toThrow(problem('vanished'))
  })

  it('follows its ComicInfo', async () => {
    const pages = ['1', '2', '3'].map((name) => ({ name: `${name}.png`, data: picture(name) }))
    const book = await open(await pack([...pages, { name: 'comicinfo.XML', data: comicInfo }]))
    const { parts, toc } = await book.readContents()
    expect(book.metadata).toMatchObject({ title: 'One', series: [{ name: 'Saga', position: '3' }], direction: 'rtl', pages: 3 })
    expect(await book.readCover()).toEqual(picture('2'))
    expect([parts.map(({ double }) => double), toc]).toEqual([
      [undefined, undefined, true],
      [{ label: 'The middle', target: { page: 2 }, children: [] }],
    ])
  })

  it('has a broken ComicInfo as a warning', async () => {
    const book = await open(
      await pack([
        { name: '1.png', data: picture() },
        { name: 'ComicInfo.xml', data: 'no' },
      ]),
    )
    expect([book.metadata.pages, book.warnings.map(({ code }) => code)]).toEqual([1, ['invalid-xml']])
  })

  it('is no comic without pictures', async () => {
    const opened = open(await pack([{ name: 'a.mp3', data: 'x' }]))
    await expect(opened).rejects.toThrow(problem('not-a-book'))
  })

  it('that breaks off is a problem or a warning', async () => {
    const whole = await pack([1, 2, 3].map((i) => ({ name: `${i}.png`, data: Buffer.alloc(5_000, i) })))
    for (const share of [0.01, 0.3, 0.6, 0.95]) {
      const ending = await open(whole.subarray(0, whole.length * share)).then(
        (book) => (book.warnings.length > 0 ? 'warned' : 'whole'),
        (error: { code: string }) => error.code,
      )
      expect(ending).toMatch(
        format === 'cbt' ? /warned|corrupt-archive|truncated|not-a-book|whole/ : /warned|corrupt-archive|truncated|not-a-book/,
      )
    }
  })
})

describe('an archive', () => {
  it('is listed with names that lead out of it, which lead nowhere', async () => {
    const names = ['../../up.png', '/abs.png', 'C:\\drive.png', '-rf.png', '@list.png', '<b>.png']
    const files = names.map((name) => ({ name, data: picture(name) }))
    for (const pack of [buildZip, buildRar, buildTar]) {
      const book = await open(pack(files))
      const parts = (await book.readContents()).parts
      const read = await Promise.all(parts.map(async ({ name }) => (await book.readPart(name, 1_000)).mediaType))
      expect(read).toEqual(names.map(() => 'image/png'))
    }
  })

  it('has no pages that are links', async () => {
    const link = { name: '0.png', data: '', link: '/etc/passwd' }
    expect(await pageNames(buildTar([link, { name: '1.png', data: picture() }]))).toEqual(['1.png'])
  })

  it('with a password is said to have one', async () => {
    const files = [{ name: '1.png', data: picture() }]
    const archives = [
      buildZip([{ name: '1.png', data: picture(), flags: 1 }]),
      buildRar([{ name: '1.png', data: picture(), flags: 0x8204 }]),
      await buildWithSevenZip(files, '7z', '-psecret'),
      await buildWithSevenZip(files, '7z', '-psecret', '-mhe=on'),
    ]
    for (const bytes of archives) await expect(open(bytes)).rejects.toThrow(problem('encrypted'))
  })

  it('in several volumes is said to be a part', async () => {
    const opened = open(buildRar([{ name: '1.png', data: picture(), flags: 0x8202 }], 1))
    await expect(opened).rejects.toMatchObject({ code: 'corrupt-archive', message: expect.stringContaining('volume') })
  })

  it('in an archive is not looked into', async () => {
    const opened = open(buildZip([{ name: 'inner.cbz', data: buildZip([{ name: '1.png', data: picture() }]) }]))
    await expect(opened).rejects.toMatchObject({ code: 'not-a-book', message: expect.stringContaining('other archives') })
  })

  it.each([
    ['word/document.xml', '[Content_Types].xml', 'Office'],
    ['content.xml', 'mimetype', 'OpenDocument'],
    ['a.class', 'META-INF/MANIFEST.MF', 'Java'],
  ])('with %s is told as what it is', async (name, mark, what) => {
    const opened = open(
      buildZip([
        { name, data: '' },
        { name: mark, data: 'application/vnd.oasis.opendocument.text' },
        { name: 'a.png', data: picture() },
      ]),
    )
    await expect(opened).rejects.toMatchObject({ code: 'not-a-book', message: expect.stringContaining(what) })
  })

  it('of songs with a picture is no comic', async () => {
    const songs = ['1', '2'].map((name) => ({ name: `${name}.mp3`, data: '' }))
    await expect(open(buildZip([...songs, { name: 'cover.jpg', data: picture() }]))).rejects.toThrow(problem('not-a-book'))
  })

  it('packed by other means than deflate is read', async () => {
    const files = [{ name: '1.png', data: picture('x'.repeat(1_000)) }]
    for (const method of ['bzip2', 'lzma']) {
      const book = await open(await buildWithSevenZip(files, 'zip', `-mm=${method}`))
      expect((await book.readPart('1.png', 10_000)).bytes.length).toBe(files[0]?.data.length)
    }
  })

  it('whose unpacking takes too much time or memory is given up', async () => {
    const files = [{ name: '1.png', data: Buffer.alloc(1_000_000) }]
    const bytes = Buffer.from(await buildWithSevenZip(files, '7z', '-mx=0'))
    const file = { name: '1.png', size: 1_000_000, encrypted: false }
    await expect(unpack(bufferSource(bytes), '7z', file, { maxBytes: 2_000_000, time: 0 })).rejects.toThrow(problem('timeout'))
    const hungry = withPpmdMemory(Buffer.from(await buildWithSevenZip(files, '7z', '-m0=ppmd', '-mhc=off')), 2 ** 29)
    await expect(unpack(bufferSource(hungry), '7z', file, { maxBytes: 2_000_000 })).rejects.toThrow(problem('too-large'))
  })

  it('that says less than it holds gives no more than it says', async () => {
    const bytes = Buffer.from(buildTar([{ name: '1.png', data: picture('rest') }]))
    const unpacked = await unpack(bufferSource(bytes), 'tar', { name: '1.png', size: 20, encrypted: false }, { maxBytes: 1_000 })
    expect(unpacked.length).toBe(20)
  })

  it('has at most 20,000 files', async () => {
    const files = Array.from({ length: 20_001 }, (_, i) => ({ name: `${i}.png`, data: '' }))
    await expect(open(buildTar(files))).rejects.toThrow(problem('too-large'))
    await expect(open(buildRar(files))).rejects.toThrow(problem('too-large'))
    expect((await open(buildRar(files.slice(1)))).metadata.pages).toBe(20_000)
  })

  it('of several folders has them as its contents', async () => {
    const names = ['ch2/1.png', 'ch10/1.png', 'ch10/2.png', 'ch1/9.png']
    const book = await open(buildZip(names.map((name) => ({ name: `Saga/${name}`, data: picture() }))))
    expect((await book.readContents()).toc).toEqual([
      { label: 'ch1', target: { page: 0 }, children: [] },
      { label: 'ch2', target: { page: 1 }, children: [] },
      { label: 'ch10', target: { page: 2 }, children: [] },
    ])
  })

  it('without ComicInfo has the series of its name', async () => {
    const book = await open(buildZip([{ name: '1.png', data: picture() }]), 'Saga/Saga v01 #003 (2019).cbz')
    expect(book.metadata).toMatchObject({ title: null, series: [{ name: 'Saga', position: '3' }] })
  })
})
