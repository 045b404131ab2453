import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { buildEpub, buildZip, type EpubInput, truncatedEpub, zipBombEpub } from '@carrel/formats/testing'
import sharp from 'sharp'

/** A folder of books for one server. */
export type Shelf = { folder: string; remove: () => void }

export const longTitle = 'A Complete and Unabridged Account of the Slow Rivers, Their Ferrymen, and What They Carried Across in the Dark'
export const twelveAuthors = [
  'Ada Brandt', 'Béla Castellanos', 'Chidi Dlamini', 'Dorothea Eklund', 'Emre Fırat', 'Farah Ghorbani', 'Guðrún Hallsdóttir', 'Hiroshi Ikeda', 'Ines Jovanović', 'Jamal Kazemi', 'Katarzyna Łuczak', 'Liam Ó Murchú',
] // prettier-ignore

const words = {
  first: ['Quiet', 'Salt', 'Winter', 'Paper', 'Glass', 'Copper', 'Northern', 'Hollow', 'Amber', 'Distant', 'Silver', 'Tidal'],
  second: ['Orchard', 'Harbour', 'Lantern', 'Atlas', 'Garden', 'Almanac', 'Meridian', 'Archive', 'Causeway', 'Observatory'],
  given: ['Nora', 'Tomas', 'Ivy', 'Rafael', 'Mina', 'Anders', 'Leila', 'Oskar', 'Wanda', 'Jules', 'Petra'],
  family: ['Ashgrove', 'Vesterby', 'Okafor', 'Lindqvist', 'Moreau', 'Tanaka', 'Szabó'],
}
const pick = (list: readonly string[], index: number): string => list[index % list.length] ?? ''

/** Books that are worth a look each: every script, length, gap and malice that a card and a page must bear. */
const remarkable: readonly (EpubInput & { path: string; drawn?: 'tall' | 'wide' | 'square' })[] = [
  {
    path: 'Fiction/The Lighthouse Keepers Daughter.epub',
    title: 'The Lighthouse Keeper’s Daughter',
    creators: ['Maren Solheim'],
    publisher: 'Kestrel & Finch',
    date: '1998-04-12',
    identifier: 'urn:isbn:9783161484100',
    subjects: ['Sea stories', 'Family', 'Norway — Fiction'],
    series: { name: 'The Outer Skerries', position: '1' },
    description: '<p>On an island that is not on every map, a girl learns to read <em>the weather</em> before she learns to read.</p><p>Twenty years later the lamp goes out.</p>',
    drawn: 'tall',
  },
  { path: 'Fiction/The Fog Signal.epub', title: 'The Fog Signal', creators: ['Maren Solheim'], series: { name: 'The Outer Skerries', position: '2' }, drawn: 'tall' },
  { path: 'Fiction/A Lamp for the Living.epub', title: 'A Lamp for the Living', creators: ['Maren Solheim'], series: { name: 'The Outer Skerries', position: '2.5' }, drawn: 'tall' },
  { path: 'Fiction/long.epub', title: longTitle, creators: ['Theodora Featherstonehaugh-Cholmondeley'], drawn: 'tall' },
  { path: 'Reference/anthology.epub', title: 'Twelve Winds: An Anthology', creators: twelveAuthors, date: '2011', drawn: 'square' },
  { path: 'Japanese/吾輩は猫である.epub', title: '吾輩は猫である', creators: ['夏目漱石'], language: 'ja', publisher: '岩波書店', direction: 'rtl', drawn: 'tall' },
  { path: 'Japanese/銀河鉄道の夜.epub', title: '銀河鉄道の夜', creators: ['宮沢賢治'], language: 'ja' },
  { path: 'Japanese/長い題名.epub', title: '世界の果てにある図書館で働くことになった猫と、その猫に本の読み方を教えた少女についての長い長い物語', creators: ['作者不詳'], language: 'ja' },
  { path: 'Arabic/كتاب.epub', title: 'كتاب الحيوان', creators: ['الجاحظ'], language: 'ar', direction: 'rtl' },
  { path: 'Fiction/ohne.epub', title: 'Ein Buch ohne Umschlag', creators: ['Jorun Haugen'], language: 'de' },
  { path: 'Unsorted/scan_0042_final(2).epub', title: null, creators: [], language: null, identifier: null },
  { path: 'Unsorted/1984.epub', title: '1984', creators: ['George Orwell'], drawn: 'tall' },
  { path: 'Unsorted/emoji.epub', title: '🦊📚 Foxes Who Read', creators: ['Ivy Vesterby'], drawn: 'square' },
  { path: 'Unsorted/img.epub', title: '<img src=x onerror="window.__XSS=1">', creators: ['<script>window.__XSS=2</script>'], description: '<p>Fine</p><script>window.__XSS=3</script><img src=x onerror="window.__XSS=4"><a href="javascript:window.__XSS=5">link</a>', subjects: ['<b onmouseover=window.__XSS=6>tag</b>'] },
  { path: 'Unsorted/quote.epub', title: '"><svg/onload=window.__XSS=7>', creators: ["' or 1=1; --"], publisher: '<iframe src=javascript:window.__XSS=8>' },
  { path: 'Unsorted/word.epub', title: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', creators: ['Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz'], language: 'de' },
  { path: 'Art/panorama.epub', title: 'Panorama of the Fjords', creators: ['Anders Lindqvist'], layout: 'pre-paginated', drawn: 'wide' },
] // prettier-ignore

/** Files that cannot become books, by the reason that is shown for each. */
export const unreadable = {
  'Broken/empty.epub': { reason: 'The file is empty', bytes: () => new Uint8Array() },
  'Broken/cut off.epub': { reason: 'The file ends too early', bytes: () => truncatedEpub(0.5) },
  'Broken/notes.epub': { reason: 'This is not a book that Carrel can read', bytes: () => new TextEncoder().encode('These are only notes. '.repeat(40)) },
  'Broken/no container.epub': { reason: 'A part that every EPUB needs is missing', bytes: () => buildZip([{ name: 'mimetype', data: 'application/epub+zip', stored: true }]) },
  'Broken/bomb.epub': { reason: 'It unpacks to more than is safe', bytes: () => zipBombEpub() },
} as const // prettier-ignore

/** Books made for a test: the remarkable ones, unreadable files, and plain ones up to `count`, every third with a cover of its own. */
export async function makeBooks({
  count = 120,
  covers = count,
  broken = true,
}: { count?: number; covers?: number; broken?: boolean } = {}): Promise<Shelf> {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'carrel-e2e-books-'))
  const folder = path.join(parent, 'Books')
  const write = (file: string, bytes: Uint8Array): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), bytes)
  }
  let drawn = 0
  for (const { path: file, drawn: shape, ...book } of remarkable) {
    const cover = shape ? { cover: await drawCover(drawn++, shape) } : {}
    write(file, buildEpub({ identifier: `urn:carrel:${file}`, ...book, ...cover }))
  }
  if (broken) for (const [file, { bytes }] of Object.entries(unreadable)) write(file, bytes())
  for (let index = 0; index < count - remarkable.length; index++) {
    const author = `${pick(words.given, index)} ${pick(words.family, index)}`
    const title = `The ${pick(words.first, index)} ${pick(words.second, Math.floor(index / words.first.length))}${index < 120 ? '' : ` ${index}`}`
    const cover = index < covers ? { cover: await drawCover(drawn++, 'tall') } : {}
    write(
      `Various ${1 + Math.floor(index / 200)}/${title}.epub`,
      buildEpub({ title, creators: [author], identifier: `urn:carrel:${index}`, date: String(1890 + (index % 130)), ...cover }),
    )
  }
  mkdirSync(path.join(folder, 'Empty'), { recursive: true })
  return { folder, remove: () => rmSync(parent, { recursive: true, force: true }) }
}

/** A folder with just these books. */
export async function makeFolder(name: string, books: Readonly<Record<string, EpubInput>>): Promise<Shelf> {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'carrel-e2e-books-'))
  const folder = path.join(parent, name)
  mkdirSync(folder)
  for (const [file, book] of Object.entries(books)) addBook(folder, file, book)
  return { folder, remove: () => rmSync(parent, { recursive: true, force: true }) }
}

export function addBook(folder: string, file: string, book: EpubInput): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), buildEpub({ identifier: `urn:carrel:${file}`, ...book }))
}

/** Every file below a folder, by its name. */
export function filesNamed(folder: string, name: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.normalize() === name.normalize())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

/** A cover as a publisher of calm books would print it: two colours and a figure. No letters, so no font is needed. */
async function drawCover(index: number, shape: 'tall' | 'wide' | 'square'): Promise<Buffer> {
  const [width, height] = { tall: [600, 900], wide: [1000, 640], square: [700, 700] }[shape] as [number, number]
  const hue = (index * 47) % 360
  const ground = `hsl(${hue} ${28 + (index % 4) * 9}% ${24 + (index % 5) * 11}%)`
  const figure = `hsl(${(hue + 150 + (index % 3) * 40) % 360} 55% ${62 + (index % 3) * 9}%)`
  const [x, y, size] = [width / 2, height * 0.44, Math.min(width, height) * 0.3]
  const figures = [
    `<circle cx="${x}" cy="${y}" r="${size}" fill="${figure}"/><rect y="${height * 0.6}" width="${width}" height="${height * 0.4}" fill="${ground}" opacity=".55"/>`,
    `<path d="M${x} ${y - size} L${x + size} ${y + size} H${x - size} Z" fill="${figure}"/>`,
    `<g stroke="${figure}" stroke-width="${size / 9}" fill="none">${[1, 0.72, 0.44].map((part) => `<circle cx="${x}" cy="${y}" r="${size * part}"/>`).join('')}</g>`,
    `<g fill="${figure}">${[0, 1, 2, 3, 4].map((row) => `<rect x="${width * 0.2}" y="${height * (0.2 + row * 0.1)}" width="${width * (0.6 - ((row * (index + 1)) % 4) * 0.1)}" height="${height * 0.04}"/>`).join('')}</g>`,
    `<path d="M0 ${height * 0.7} Q${width * 0.25} ${height * 0.5} ${width * 0.5} ${height * 0.68} T${width} ${height * 0.6} V${height} H0 Z" fill="${figure}"/><circle cx="${width * 0.72}" cy="${height * 0.25}" r="${size * 0.36}" fill="${figure}"/>`,
  ]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${ground}"/>${figures[index % figures.length]}<rect x="${width * 0.12}" y="${height * 0.9}" width="${width * 0.3}" height="${height * 0.012}" fill="${figure}"/></svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 82 }).toBuffer()
}
