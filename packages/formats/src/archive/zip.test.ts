import { describe, expect, it } from 'vitest'
import { bufferSource } from '../source.ts'
import { buildZip, type ZipEntryInput } from '../testing.ts'
import { resolveEntry } from './paths.ts'
import { openArchive } from './zip.ts'

function open(...parts: (Uint8Array | string)[]) {
  return openArchive(bufferSource(Buffer.concat(parts.map((part) => Buffer.from(part)))))
}

const one: ZipEntryInput = { name: 'a.txt', data: 'hello' }
const problem = (code: string) => expect.objectContaining({ code })

describe('openArchive', () => {
  it('reads stored and deflated entries', async () => {
    const archive = await open(buildZip([one, { name: 'b.txt', data: 'world', stored: true }]))
    const texts = [...archive.entries.values()].map((entry) => archive.read(entry, 100).bytes.toString())
    expect(texts).toEqual(['hello', 'world'])
  })

  it.each([
    ['before', ['junk that precedes', buildZip([one])]],
    ['behind', [buildZip([one]), 'x'.repeat(70_000)]],
    ['around', ['\0'.repeat(500), buildZip([one]), 'PK\x05\x06 garbage']],
  ])('tolerates junk %s', async (_, parts) => {
    const archive = await open(...parts)
    const entry = archive.find('a.txt')
    expect(entry && archive.read(entry, 100)).toMatchObject({ intact: true })
  })

  it('lists whatever names there are', async () => {
    const names = ['../../up', '/abs', 'C:\\drive', '..\\up', '__proto__', 'constructor', 'a\0b', '日本.txt']
    const latin = { name: Uint8Array.from([0x82, 0x2e, 0x74]), data: '', flags: 0 }
    const archive = await open(buildZip([...names.map((name) => ({ name, data: name })), latin, { name: 'n'.repeat(5_000), data: '' }]))
    expect([...archive.entries.keys()]).toEqual([...names, 'é.t'])
    expect(archive.find('toString')).toBeUndefined()
  })

  it('lets the last of two entries win, and finds names in other forms', async () => {
    const archive = await open(
      buildZip([
        { name: 'x', data: '1' },
        { name: 'x', data: '2' },
        { name: 'META-INF\\Container.xml', data: 'c' },
        { name: 'cafe\u0301', data: 'd' },
      ]),
    )
    const text = (name: string) => {
      const entry = archive.find(name)
      return entry ? archive.read(entry, 10).bytes.toString() : undefined
    }
    expect(['x', 'meta-inf/container.xml', 'café', 'none'].map(text)).toEqual(['2', 'c', 'd', undefined])
  })

  it('stops inflating at the limit, whatever the header says', async () => {
    const archive = await open(buildZip([{ name: 'bomb', data: new Uint8Array(10_000_000), size: 10 }]))
    const entry = archive.find('bomb')
    expect(() => entry && archive.read(entry, 1_000_000)).toThrow(problem('too-large'))
  })

  it('tells encrypted, damaged and altered entries', async () => {
    const zip = buildZip([
      { name: 'secret', data: 'x', flags: 0x801 },
      { name: 'altered', data: 'x', crc: 1 },
      { name: 'damaged', data: 'some longer text that is not stored' },
    ])
    const archive = await open(zip)
    const read = (name: string) => {
      const entry = archive.find(name)
      if (!entry) throw new Error(name)
      return archive.read(entry, 100)
    }
    expect(() => read('secret')).toThrow(problem('encrypted'))
    expect(read('altered').intact).toBe(false)
    zip.fill(0xff, Buffer.from(zip).indexOf('damaged') + 7, Buffer.from(zip).indexOf('damaged') + 20)
    const again = await open(zip)
    const damaged = again.find('damaged')
    expect(() => damaged && again.read(damaged, 100)).toThrow(problem('corrupt-archive'))
  })

  it('refuses too many entries, and reads as many as are allowed', async () => {
    const many = Array.from({ length: 20_001 }, (_, i) => ({ name: `e${i}`, data: '', stored: true }))
    await expect(open(buildZip(many))).rejects.toThrow(problem('too-large'))
    expect((await open(buildZip(many.slice(1)))).entries.size).toBe(20_000)
  })

  it('keeps what a broken directory still lists', async () => {
    const zip = buildZip([one, { name: 'b.txt', data: '' }])
    const second = Buffer.from(zip).lastIndexOf('PK\x01\x02', undefined, 'latin1')
    zip[second] = 0
    const archive = await open(zip)
    expect([archive.incomplete, [...archive.entries.keys()]]).toEqual([true, ['a.txt']])
  })

  it('tells a cut archive from something else', async () => {
    const zip = buildZip([one])
    await expect(open(zip.subarray(0, zip.length - 10))).rejects.toThrow(problem('truncated'))
    await expect(open('%PDF-1.7')).rejects.toThrow(problem('not-a-book'))
    await expect(open('')).rejects.toThrow(problem('not-a-book'))
  })

  it('survives any single damaged byte', async () => {
    const zip = buildZip([one, { name: 'b.txt', data: 'x'.repeat(500) }])
    for (let at = 0; at < zip.length; at += 1) {
      for (const value of [0, 0xff]) {
        const bytes = zip.slice()
        bytes[at] = value
        const outcome = await open(bytes).then(
          (archive) =>
            [...archive.entries.values()].map((entry) => {
              try {
                return archive.read(entry, 1_000).bytes.length
              } catch (error) {
                return error
              }
            }),
          (error: unknown) => [error],
        )
        for (const each of outcome) expect(typeof each === 'number' || (each instanceof Error && 'code' in each)).toBe(true)
      }
    }
  })
})

describe('resolveEntry', () => {
  it.each([
    ['cover.jpg', 'OPS/cover.jpg'],
    ['../cover%20art.jpg?x#y', 'cover art.jpg'],
    ['../../../cover%20art.jpg', 'cover art.jpg'],
    ['/OPS/cover.jpg', 'OPS/cover.jpg'],
    ['%zz.jpg', 'OPS/%zz.jpg'],
    ['%2e%2e/%2e%2e/etc/passwd', undefined],
    ['file:///etc/passwd', undefined],
    ['//host/OPS/cover.jpg', undefined],
    ['data:image/png;base64,AAAA', undefined],
    ['', undefined],
  ])('%j is %j', async (href, expected) => {
    const names = ['OPS/cover.jpg', 'cover art.jpg', 'OPS/%zz.jpg']
    const archive = await open(buildZip(names.map((name) => ({ name, data: name }))))
    expect(resolveEntry(archive, 'OPS/content.opf', href)?.name).toBe(expected)
  })
})
