import { crc32, deflateSync } from 'node:zlib'
import { buildFlac, buildM4b, buildMp3, buildOgg } from '../audio/testing.ts'
import { buildPdf, flateBombPdf } from '../pdf/testing.ts'
import { buildEpub, containerXml, deepXmlEpub, entityBombEpub, packageXml, packedZeros, truncatedEpub, zipBombEpub, zipSlipEpub } from './epub.ts' // prettier-ignore
import { buildRar, buildTar } from './archives.ts'
import { fb2Xml } from './fb2.ts'
import { buildMobi } from './mobi.ts'
import { buildZip } from './zip.ts'

export type HostileFile = { name: string; bytes: Uint8Array }

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

/** A black picture of `side` × `side` pixels that is a picture indeed: 110 kB for 900 million of them. */
function widePng(side: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(side / 8)) * side), { level: 9 })
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, pngChunk('IHDR', header), pngChunk('IDAT', rows), pngChunk('IEND', new Uint8Array())])
}

/** A picture that only claims its size. */
function lyingPng(side: number): Buffer {
  const png = widePng(8)
  png.writeUInt32BE(side, 16)
  png.writeUInt32BE(side, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}

/** Many entries of a directory for one and the same deflated run: a few kilobytes stand for gigabytes. */
function overlapBomb(entries: number, mebibytes: number): Uint8Array {
  const nameOf = (i: number) => `p${String(i).padStart(5, '0')}.png`
  const one = Buffer.from(buildZip([{ name: nameOf(0), data: '', packed: packedZeros(mebibytes), size: mebibytes * 2 ** 20 }]))
  const start = one.readUInt32LE(one.length - 6)
  const entry = one.subarray(start, one.length - 22)
  const directory = Array.from({ length: entries }, (_, i) => {
    const copy = Buffer.from(entry)
    copy.write(nameOf(i), 46, 'latin1')
    return copy
  })
  const end = Buffer.from(one.subarray(one.length - 22))
  end.writeUInt16LE(entries, 8)
  end.writeUInt16LE(entries, 10)
  end.writeUInt32LE(entry.length * entries, 12)
  return Buffer.concat([one.subarray(0, start), ...directory, end])
}

/** A package document whose entities ask for what lies elsewhere. */
function entityOpf(system: string): string {
  return packageXml({ title: '@' })
    .replace('@', '&x;')
    .replace('?>', `?>\n<!DOCTYPE package [<!ENTITY x SYSTEM "${system}"><!ENTITY % y SYSTEM "${system}"> %y;]>`)
}

/** A book whose cover is said to lie at an address. */
function coverElsewhere(href: string): Uint8Array {
  const opf = packageXml({ title: 'Cover elsewhere' }).replace(
    '<manifest>',
    `<manifest><item id="cover" href="${href}" media-type="image/jpeg" properties="cover-image"/>`,
  )
  return buildEpub({ opf })
}

const zeros = (mebibytes: number) => ({ data: '', packed: packedZeros(mebibytes), size: mebibytes * 2 ** 20 })
const cut = (bytes: Uint8Array, percent: number) => bytes.subarray(0, Math.ceil((bytes.length * percent) / 100))

/**
 * Files that were made to do harm, with a name each: they inflate, loop, nest, lie, point elsewhere or end amid a word. What
 * asks for an address asks for `url`, at which somebody may listen.
 */
export function* hostileFiles({ url = 'http://127.0.0.1:9/canary' } = {}): Generator<HostileFile> {
  const epub = (name: string, bytes: Uint8Array): HostileFile => ({ name: `${name}.epub`, bytes })
  const withCover = (type: string, entry: Parameters<typeof buildZip>[0][number]) =>
    buildZip([
      { name: 'mimetype', data: 'application/epub+zip', stored: true },
      { name: 'META-INF/container.xml', data: containerXml() },
      {
        name: 'OEBPS/content.opf',
        data: packageXml({ title: 'Cover' }).replace(
          '<manifest>',
          `<manifest><item id="cover" href="cover" media-type="${type}" properties="cover-image"/>`,
        ),
      },
      { ...entry, name: 'OEBPS/cover' },
    ])

  yield epub('bomb-opf', zipBombEpub())
  yield epub('bomb-lies', buildEpub({ extra: [{ name: 'OEBPS/content.opf', data: '', packed: packedZeros(256), size: 10 }] }))
  yield epub('bomb-nav', buildEpub({ extra: [{ name: 'OEBPS/nav.xhtml', ...zeros(512) }] }))
  yield epub('bomb-cover', withCover('image/jpeg', { name: '', ...zeros(1_024) }))
  yield epub('wide-cover', withCover('image/png', { name: '', data: widePng(30_000), stored: true }))
  yield { name: 'wide-page.cbz', bytes: buildZip([{ name: 'p1.png', data: widePng(30_000), stored: true }]) }
  yield { name: 'lying-page.cbz', bytes: buildZip([{ name: 'p1.png', data: lyingPng(60_000), stored: true }]) }
  yield { name: 'bomb-page.cbz', bytes: buildZip([{ name: 'p1.png', ...zeros(1_024) }]) }
  yield {
    name: 'bomb-comicinfo.cbz',
    bytes: buildZip([
      { name: 'p1.png', data: widePng(8) },
      { name: 'ComicInfo.xml', ...zeros(512) },
    ]),
  }
  yield { name: 'overlap.cbz', bytes: overlapBomb(500, 20) }
  yield {
    name: 'entries-70000.cbz',
    bytes: buildZip(Array.from({ length: 70_000 }, (_, i) => ({ name: `${i}.png`, data: '', stored: true }))),
  }
  const nested = Array.from({ length: 30 }).reduce<Uint8Array>((inner) => buildZip([{ name: 'in.cbz', data: inner }]), widePng(8))
  yield { name: 'nested.cbz', bytes: nested }
  yield epub('entities', entityBombEpub())
  yield epub('entity-long', buildEpub({ opf: packageXml({ title: '@' }).replace('@', '&a;'.repeat(50_000)).replace('?>', `?>\n<!DOCTYPE package [<!ENTITY a "${'a'.repeat(50_000)}">]>`) })) // prettier-ignore
  yield epub('deep', deepXmlEpub())
  yield epub('attributes', buildEpub({ metadata: `<x ${Array.from({ length: 100_000 }, (_, i) => `a${i}="${i}"`).join(' ')}/>` }))
  yield epub('authors-50000', buildEpub({ creators: Array.from({ length: 50_000 }, (_, i) => `Writer ${i}`) }))
  yield epub('title-5MB', buildEpub({ title: 'x'.repeat(5_000_000) }))
  yield epub(
    'title-odd',
    buildEpub({ opf: packageXml({ title: '@' }).replace('@', '&#0;\u0001\ufffe<b>"\'; drop table book; --</b>\r\n\u202e') }),
  )
  yield epub('slip', zipSlipEpub())
  yield epub('prototype', buildEpub({ title: '__proto__', extra: ['__proto__', 'constructor', 'META-INF/__proto__'].map((name) => ({ name, data: name })) })) // prettier-ignore
  yield epub('xxe-address', buildEpub({ opf: entityOpf(url) }))
  yield epub('xxe-file', buildEpub({ opf: entityOpf('file:///etc/passwd') }))
  yield epub('cover-address', coverElsewhere(url))
  yield epub('cover-file', coverElsewhere('file:///etc/passwd'))
  yield epub('cover-above', coverElsewhere('../../../../etc/passwd'))
  yield epub('container-above', buildEpub({ extra: [{ name: 'META-INF/container.xml', data: containerXml('../../../etc/passwd') }] }))
  yield epub('cover-svg', withCover('image/svg+xml', { name: '', data: `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><script>fetch("${url}")</script><image xlink:href="${url}"/><image href="file:///etc/passwd"/></svg>` })) // prettier-ignore
  yield epub('truncated', truncatedEpub(0.5))
  yield epub('truncated-late', truncatedEpub(0.99))
  yield epub('empty', new Uint8Array())
  yield epub('end-only', Buffer.from('PK\x05\x06'.repeat(5_000), 'latin1'))

  yield { name: 'bomb.pdf', bytes: flateBombPdf() }
  yield { name: 'media-box.pdf', bytes: buildPdf({ mediaBox: '[0 0 1e9 1e9]' }) }
  yield { name: 'kids-loop.pdf', bytes: buildPdf({ objects: { 2: '<< /Type /Pages /Kids [2 0 R] /Count 3 >>' } }) }
  yield { name: 'kids-many.pdf', bytes: buildPdf({ objects: { 2: '<< /Type /Pages /Kids [5 0 R] /Count 2147483647 >>' } }) }
  yield {
    name: 'outline-loop.pdf',
    bytes: buildPdf({ catalog: '/Outlines 9 0 R', objects: { 9: '<< /First 9 0 R /Next 9 0 R >>' } }),
  }
  yield { name: 'action.pdf', bytes: buildPdf({ catalog: `/OpenAction << /S /URI /URI (${url}) >>` }) }
  yield { name: 'locked.pdf', bytes: buildPdf({ password: { user: 'secret', owner: 'secret' } }) }
  for (const percent of [1, 10, 50, 90, 99]) yield { name: `cut-${percent}.pdf`, bytes: cut(buildPdf({ pages: 5 }), percent) }
  yield { name: 'web-page.pdf', bytes: Buffer.from('<html>no PDF</html>') }

  const pages = [1, 2, 3].map((n) => ({ name: `${n}.png`, data: widePng(8) }))
  const rar = buildRar(pages)
  yield { name: 'magic.cbr', bytes: rar.subarray(0, 10) }
  yield { name: 'short.cbr', bytes: rar.subarray(0, 200) }
  yield { name: 'above.cbr', bytes: buildRar([{ name: '../../outside.png', data: widePng(8) }]) }
  yield { name: 'link.cbt', bytes: buildTar([{ name: 'p1.png', data: '', link: '/etc/passwd' }]) }
  yield { name: 'magic.cb7', bytes: Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), Buffer.alloc(24, 0xff)]) }

  yield { name: 'deep.fb2', bytes: Buffer.from(fb2Xml({ body: '<section>'.repeat(100_000) + '</section>'.repeat(100_000) })) }
  yield {
    name: 'address.fb2',
    bytes: Buffer.from(fb2Xml({ title: '&x;' }).replace('?>', `?>\n<!DOCTYPE f [<!ENTITY x SYSTEM "${url}">]>`)),
  }
  yield { name: 'bomb.fb2.zip', bytes: buildZip([{ name: 'one.fb2', ...zeros(1_024) }]) }
  const mobi = buildMobi({ images: [widePng(8)], exth: [[201, 0xffff_fff0], [202, -1], [503, 'x'.repeat(1_000_000)]] }) // prettier-ignore
  yield { name: 'offsets.mobi', bytes: mobi }
  for (const percent of [5, 50, 95]) yield { name: `cut-${percent}.mobi`, bytes: cut(buildMobi({ images: [widePng(8)] }), percent) }

  const sound = {
    mp3: buildMp3(),
    m4b: buildM4b(),
    flac: buildFlac(),
    vorbis: buildOgg({ codec: 'vorbis' }),
    opus: buildOgg({ codec: 'opus' }),
  }
  for (const [kind, bytes] of Object.entries(sound))
    for (const percent of [1, 10, 50, 90, 99]) yield { name: `${kind}-${percent}.mp3`, bytes: cut(bytes, percent) }
}
