import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'

export type OutlineInput = { title: string; page?: number; action?: boolean; children?: readonly OutlineInput[] }

export type PdfInput = {
  pages?: number
  mediaBox?: string
  /** Values of the information dictionary. */
  info?: Readonly<Record<string, string>>
  xmp?: string
  /** Deflates the XMP packet, as some programs do. */
  packed?: boolean
  outline?: readonly OutlineInput[]
  /** Raw entries of the catalog. */
  catalog?: string
  /** Drawing operators of the first page; a red field in its upper half by default. */
  content?: string
  /** Encrypts with RC4 (ISO 32000-1, 7.6.3, revision 2); with an empty `user` only what may be done is locked. */
  password?: { user: string; owner: string }
  /** Raw objects by their numbers, in place of those that are made. */
  objects?: Readonly<Record<number, string>>
}

const passwordPadding = Buffer.from('28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A', 'hex')

function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  const at = (i: number) => state[i & 255] ?? 0
  const swap = (i: number, j: number) => {
    const held = at(i)
    state[i & 255] = at(j)
    state[j & 255] = held
  }
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255
    swap(i, j)
  }
  let j = 0
  return Buffer.from(
    data.map((byte, n) => {
      j = (j + at(n + 1)) & 255
      swap(n + 1, j)
      return byte ^ at(at(n + 1) + at(j))
    }),
  )
}

const md5 = (...parts: Buffer[]) => createHash('md5').update(Buffer.concat(parts)).digest()
const padded = (password: string) => Buffer.concat([Buffer.from(password, 'latin1'), passwordPadding]).subarray(0, 32)

type Encryption = { dictionary: string; id: Buffer; encrypt(object: number, data: Buffer): Buffer }

function encryption({ user, owner }: { user: string; owner: string }): Encryption {
  const id = Buffer.from('0123456789abcdef', 'latin1')
  const o = rc4(md5(padded(owner)).subarray(0, 5), padded(user))
  const permissions = Buffer.from([0xc0, 0xff, 0xff, 0xff])
  const key = md5(padded(user), o, permissions, id).subarray(0, 5)
  const dictionary = `<< /Filter /Standard /V 1 /R 2 /O <${o.toString('hex')}> /U <${rc4(key, passwordPadding).toString('hex')}> /P -64 >>`
  return {
    dictionary,
    id,
    encrypt: (object, data) => rc4(md5(key, Buffer.from([object & 255, object >> 8, 0, 0, 0])).subarray(0, 10), data),
  }
}

function utf16(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()])
}

/** Writes a PDF with a classical table of cross-references (ISO 32000-1, 7.5). */
export function buildPdf(input: PdfInput = {}): Uint8Array<ArrayBuffer> {
  const { pages = 1, mediaBox = '[0 0 420 595]', content = '1 0 0 rg 0 297 420 298 re f', info = {}, outline = [] } = input
  const lock = input.password && encryption(input.password)
  const objects = new Map<number, Buffer>()
  let last = 0
  const next = () => (last += 1)
  const text = (object: number, value: string) => {
    const bytes = utf16(value)
    return `<${(lock ? lock.encrypt(object, bytes) : bytes).toString('hex')}>`
  }
  const stream = (object: number, dictionary: string, data: Buffer) => {
    const bytes = lock ? lock.encrypt(object, data) : data
    objects.set(
      object,
      Buffer.concat([Buffer.from(`<< ${dictionary} /Length ${bytes.length} >>\nstream\n`), bytes, Buffer.from('\nendstream')]),
    )
  }
  const [catalog, tree, contents, information] = [next(), next(), next(), next()]
  const leaves = Array.from({ length: pages }, next)
  objects.set(
    tree,
    Buffer.from(`<< /Type /Pages /Kids [${leaves.map((n) => `${n} 0 R`).join(' ')}] /Count ${pages} /MediaBox ${mediaBox} >>`),
  )
  for (const leaf of leaves) objects.set(leaf, Buffer.from(`<< /Type /Page /Parent ${tree} 0 R /Contents ${contents} 0 R >>`))
  stream(contents, '', Buffer.from(content))
  objects.set(
    information,
    Buffer.from(
      `<< ${Object.entries(info)
        .map(([key, value]) => `/${key} ${text(information, value)}`)
        .join(' ')} >>`,
    ),
  )
  let extra = input.catalog ?? ''
  if (input.xmp !== undefined) {
    const metadata = next()
    const bytes = Buffer.from(input.xmp)
    stream(
      metadata,
      `/Type /Metadata /Subtype /XML ${input.packed ? '/Filter /FlateDecode' : ''}`,
      input.packed ? deflateSync(bytes) : bytes,
    )
    extra += ` /Metadata ${metadata} 0 R`
  }
  const bookmarks = (entries: readonly OutlineInput[], parent: number): { first: number; last: number } => {
    const numbers = entries.map(next)
    for (const [i, { title, page, action, children }] of entries.entries()) {
      const own = numbers[i] ?? 0
      const below = children ? bookmarks(children, own) : null
      const destination = page === undefined ? '' : `[${leaves[page] ?? page} 0 R /Fit]`
      const target = page === undefined ? '' : action ? `/A << /S /GoTo /D ${destination} >>` : `/Dest ${destination}`
      const links = [
        i > 0 ? `/Prev ${numbers[i - 1]} 0 R` : '',
        i + 1 < numbers.length ? `/Next ${numbers[i + 1]} 0 R` : '',
        below ? `/First ${below.first} 0 R /Last ${below.last} 0 R /Count ${children?.length}` : '',
      ]
      objects.set(own, Buffer.from(`<< /Title ${text(own, title)} /Parent ${parent} 0 R ${target} ${links.join(' ')} >>`))
    }
    return { first: numbers[0] ?? 0, last: numbers.at(-1) ?? 0 }
  }
  if (outline.length > 0) {
    const root = next()
    const { first, last: end } = bookmarks(outline, root)
    objects.set(root, Buffer.from(`<< /Type /Outlines /First ${first} 0 R /Last ${end} 0 R >>`))
    extra += ` /Outlines ${root} 0 R`
  }
  objects.set(catalog, Buffer.from(`<< /Type /Catalog /Pages ${tree} 0 R ${extra} >>`))
  for (const [number, raw] of Object.entries(input.objects ?? {})) objects.set(Number(number), Buffer.from(raw))
  const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  let position = parts[0]?.length ?? 0
  const table: string[] = []
  for (const [number, body] of [...objects].toSorted(([a], [b]) => a - b)) {
    table.push(`${number} 1\n${String(position).padStart(10, '0')} 00000 n \n`)
    const whole = Buffer.concat([Buffer.from(`${number} 0 obj\n`), body, Buffer.from('\nendobj\n')])
    parts.push(whole)
    position += whole.length
  }
  const locked = lock ? `/Encrypt ${lock.dictionary} /ID [<${lock.id.toString('hex')}> <${lock.id.toString('hex')}>]` : ''
  const trailer = `trailer\n<< /Size ${Math.max(...objects.keys()) + 1} /Root ${catalog} 0 R /Info ${information} 0 R ${locked} >>`
  parts.push(Buffer.from(`xref\n0 1\n0000000000 65535 f \n${table.join('')}${trailer}\nstartxref\n${position}\n%%EOF\n`))
  return new Uint8Array(Buffer.concat(parts))
}

/** An XMP packet around RDF properties. */
export function xmpPacket(properties: string, attributes = ''): string {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" ${attributes}>
${properties}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`
}

/** A page whose drawing inflates to `mebibytes` of operators. */
export function flateBombPdf(mebibytes = 300): Uint8Array<ArrayBuffer> {
  const packed = deflateSync(Buffer.alloc(mebibytes * 2 ** 20, 'q Q '), { level: 9 })
  const plain = buildPdf({ content: '@'.repeat(20) })
  const body = `3 0 obj\n<< /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`
  const head = Buffer.from(plain).subarray(0, Buffer.from(plain).indexOf('xref'))
  const added = Buffer.concat([Buffer.from(body), packed, Buffer.from('\nendstream\nendobj\n')])
  const trailer = `xref\n3 1\n${String(head.length).padStart(10, '0')} 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${head.length + added.length}\n%%EOF`
  // Without a whole table, readers find the objects by looking through the file; the last of a number holds.
  return new Uint8Array(Buffer.concat([head, added, Buffer.from(trailer)]))
}
