import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openBook } from '../open.ts'
import { bufferSource } from '../source.ts'

function open(bytes: Buffer | string) {
  return openBook(bufferSource(Buffer.from(bytes as string)), { path: 'metadata.opf', onProgress: () => {} })
}

it('reads what calibre writes beside a book', async () => {
  const book = await open(`<?xml version='1.0' encoding='utf-8'?>
<package xmlns="http://www.idpf.org/2007/opf" unique-identifier="uuid_id" version="2.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:identifier opf:scheme="calibre" id="calibre_id">17</dc:identifier>
<dc:identifier opf:scheme="ISBN">9780306406157</dc:identifier>
<dc:title>The Farthest Shore</dc:title>
<dc:creator opf:file-as="Le Guin, Ursula K." opf:role="aut">Ursula K. Le Guin</dc:creator>
<dc:contributor opf:file-as="calibre" opf:role="bkp">calibre (7.0) [https://calibre-ebook.com]</dc:contributor>
<dc:date>0101-01-01T00:00:00+00:00</dc:date><dc:language>eng</dc:language><dc:subject>Fantasy</dc:subject>
<meta name="calibre:series" content="Earthsea"/><meta name="calibre:series_index" content="3.0"/>
<meta name="calibre:rating" content="10"/><meta name="calibre:title_sort" content="Farthest Shore, The"/>
<meta name="calibre:user_metadata:#read" content="{&quot;#value#&quot;: true}"/>
</metadata><guide><reference type="cover" title="Cover" href="cover.jpg"/></guide></package>`)
  expect([book.format, book.hasCover, await book.readCover(), await book.readContents()]).toEqual([
    'opf',
    false,
    null,
    { toc: [], parts: [] },
  ])
  expect(book.metadata).toMatchObject({
    title: 'The Farthest Shore',
    sortTitle: 'Farthest Shore, The',
    contributors: [{ name: 'Ursula K. Le Guin', sortName: 'Le Guin, Ursula K.', role: 'author' }],
    series: [{ name: 'Earthsea', position: '3' }],
    languages: ['en'],
    identifiers: [
      { scheme: 'other', value: 'calibre:17' },
      { scheme: 'isbn', value: '9780306406157' },
    ],
    published: null,
    tags: ['Fantasy'],
    drm: null,
  })
})

it('is a problem when it is another document', async () => {
  await expect(open('<html/>')).rejects.toMatchObject({ code: 'not-a-book' })
})

const corpus = process.env['CARREL_CORPUS']
const samples = join(corpus ?? '/', 'komga/epub')

it.runIf(existsSync(samples))('reads those of the corpus', async () => {
  const of = async (name: string) => (await open(readFileSync(join(samples, name)))).metadata
  expect(await of('1979.opf')).toMatchObject({ title: '1979', languages: ['de'], published: null })
  expect(await of('Die Drei 3.opf')).toMatchObject({ languages: ['de'] })
  expect((await of('Panik im Paradies.opf')).title).toContain('Panik im Paradies')
})
