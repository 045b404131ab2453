import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { standInFor } from '@carrel/api/testing'
import sharp from 'sharp'
import { longTitle } from './books.ts'

const hosts = ['openlibrary.org', 'covers.openlibrary.org', 'www.googleapis.com', 'books.google.com']

const works = {
  isbn: {
    title: 'The Fog Signal',
    subtitle: 'A Novel of the Outer Skerries',
    author_name: ['Maren Solheim'],
    subject: ['Lighthouses', 'Sea stories', 'Norway'],
    editions: {
      docs: [{ title: 'The Fog Signal', subtitle: 'A Novel of the Outer Skerries', publisher: ['Kestrel & Finch'], publish_date: ['April 12, 1998'], language: ['eng'], isbn: ['9783161484100'], cover_i: 1 }], // prettier-ignore
    },
  },
  long: { title: longTitle, author_name: ['Theodora Featherstonehaugh-Cholmondeley', 'Ada Brandt', 'Béla Castellanos'], first_publish_year: 1911 }, // prettier-ignore
  neko: {
    title: '吾輩は猫である',
    author_name: ['夏目漱石'],
    editions: { docs: [{ title: '吾輩は猫である', publisher: ['岩波書店'], publish_date: ['1990'], language: ['jpn'], isbn: ['9784003101018'], cover_i: 2 }] }, // prettier-ignore
  },
}
const volume = {
  id: 'volume1',
  volumeInfo: {
    title: 'The fog signal',
    authors: ['Maren Solheim'],
    publisher: 'Kestrel',
    publishedDate: '1998-04-12',
    description: '<p>On an island that is not on every map, a horn sounds each night at the same minute.</p><p>Then it does not.</p>',
    categories: ['Fiction'],
    language: 'en',
    imageLinks: { thumbnail: 'https://books.google.com/' },
  },
}

export type Catalogues = {
  /** Settings of a server that looks books up there. */
  settings: Readonly<Record<string, string>>
  /** What was asked for so far. */
  asked: readonly { host: string; path: string }[]
  close: () => Promise<void>
}

/** Stands in for Open Library and Google Books, with a few records and covers. Words with `busy` find Google out of patience. */
export async function startCatalogues(): Promise<Catalogues> {
  const cover = (color: string) =>
    sharp({ create: { width: 600, height: 900, channels: 3, background: color } })
      .jpeg()
      .toBuffer()
  const covers = await Promise.all(['#2f5d50', '#8a4b2d', '#31456a'].map((color) => cover(color)))
  const json = (response: ServerResponse, body: object, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const server = await standInFor(hosts, (_, response, { host, path: at }) => {
    const url = new URL(at, `https://${host}`)
    const words = url.searchParams.get('q') ?? ''
    const picture = (index: number) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(covers[index])
    if (host === 'covers.openlibrary.org') return picture(at.includes('/2-') ? 1 : 0)
    if (host === 'books.google.com') return picture(2)
    if (host === 'www.googleapis.com') {
      if (words.includes('busy')) return json(response, {}, 429)
      return json(response, { kind: 'books#volumes', items: /isbn:9783161484100|fog/.test(words) ? [volume] : [] })
    }
    const found = [
      ...(/isbn:9783161484100|fog/.test(words) ? [works.isbn, works.long] : []),
      ...(words.includes('猫') ? [works.neko] : []),
      ...(words.includes('busy') ? [works.long] : []),
    ]
    return json(response, { docs: found })
  })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'carrel-e2e-catalogues-'))
  const certificate = path.join(folder, 'certificate.pem')
  writeFileSync(certificate, server.network.ca ?? '')
  return {
    settings: {
      METADATA_SOURCES: 'open-library,google-books',
      NODE_OPTIONS: `--import=${pathToFileURL(path.join(import.meta.dirname, 'detour.ts')).href}`,
      NODE_EXTRA_CA_CERTS: certificate,
      E2E_STAND_IN_PORT: String(server.port),
    },
    asked: server.asked,
    close: async () => {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
