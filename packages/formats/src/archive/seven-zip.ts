import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { SevenZipModuleFactory } from '7z-wasm'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'

export type SevenZipType = 'rar4' | 'rar5' | '7z' | 'tar' | 'zip'

/** One file as the archive lists it; folders and links are not among them. */
export type PackedFile = {
  readonly name: string
  /** Bytes, as the archive says. */
  readonly size: number
  readonly encrypted: boolean
}

export type PackedArchive = {
  readonly files: readonly PackedFile[]
  /** Whether the archive broke off before its end. */
  readonly incomplete: boolean
}

const switches: Record<SevenZipType, string> = { rar4: '-trar', rar5: '-trar5', '7z': '-t7z', tar: '-ttar', zip: '-tzip' }
const archivePath = '/archive'

/** What is used of WebAssembly, whose types Node leaves to those of browsers. */
type WasmImports = Record<string, Record<string, unknown>>
type WasmModule = object
type WasmInstance = object
type Wasm = {
  compile(bytes: Uint8Array): Promise<WasmModule>
  Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance
}
// Part of every version of Node that there is.
const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly

type Engine = { create: SevenZipModuleFactory; module: WasmModule }
let loading: Promise<Engine> | null = null

async function load(): Promise<Engine> {
  const { default: sevenZip } = await import('7z-wasm')
  const path = createRequire(import.meta.url).resolve('7z-wasm/7zz.wasm')
  // The function itself, which its types put elsewhere, depending on who resolves them.
  const create = sevenZip as unknown as SevenZipModuleFactory
  return { create, module: await wasm.compile(readFileSync(path)) }
}

/** What the types of 7z-wasm leave out of emscripten's FS. */
type Stream = { position: number }
type StreamOps = {
  llseek?(stream: Stream, offset: number, whence: number): number
  read?(stream: Stream, buffer: Int8Array, offset: number, length: number, position: number): number
  write?(stream: Stream, buffer: Int8Array, offset: number, length: number): number
}
type Node = { node_ops: { getattr: (node: Node) => { size: number } }; stream_ops: StreamOps }
type FileSystem = {
  writeFile(path: string, data: Uint8Array): void
  lookupPath(path: string): { node: Node }
  getStream(descriptor: number): { stream_ops: StreamOps }
}
type Imports = { env: { emscripten_resize_heap: (bytes: number) => number } }

/**
 * Starts 7-Zip as in a browser of Electron: it looks at `process.type` while it starts, and then neither asks for Node's
 * file system nor for `process.binding`, which a confined process does not have.
 */
function withoutNode<T>(start: () => T): T {
  Object.defineProperty(process, 'type', { value: 'renderer', configurable: true })
  try {
    return start()
  } finally {
    Reflect.deleteProperty(process, 'type')
  }
}

type Bounds = { output: number; time: number }
type Run = { code: number | null; output: Buffer; errors: string }

/** Thrown through 7-Zip when all that was wanted is there. */
const enough = new Error('enough')

/**
 * Runs 7-Zip once, in an instance of its own that sees one file: `source`, whose bytes are read where 7-Zip asks
 * for them. Nothing can be written; `code` is null when 7-Zip failed on the archive without a word.
 */
async function run(source: ByteSource, args: readonly string[], bounds: Bounds, stopAtEnd = false): Promise<Run> {
  const { create, module } = await (loading ??= load())
  const deadline = performance.now() + bounds.time
  const checkTime = () => {
    if (performance.now() > deadline) throw new BookFileError('timeout', 'Unpacking the archive takes too long.')
  }
  const output: Buffer[] = []
  let written = 0
  let errors = ''

  const options = {
    // `Imports` are those that this build of 7-Zip has.
    instantiateWasm(imports: WasmImports & Imports, done: (instance: WasmInstance) => void) {
      const grow = imports.env.emscripten_resize_heap
      imports.env.emscripten_resize_heap = (bytes) => (bytes >>> 0 > limits.unpackMemory ? 0 : grow(bytes))
      done(new wasm.Instance(module, imports))
      return {}
    },
    stdin: () => null,
    quit(_code: number, error: unknown) {
      throw error
    },
  }
  // The types know neither `instantiateWasm` nor that stdin may end.
  const sevenZip = await withoutNode(() => create(options as unknown as Parameters<SevenZipModuleFactory>[0]))
  const files = sevenZip.FS as unknown as FileSystem

  files.writeFile(archivePath, new Uint8Array())
  const { node } = files.lookupPath(archivePath)
  const { getattr } = node.node_ops
  node.node_ops = { ...node.node_ops, getattr: (each) => ({ ...getattr(each), size: source.size }) }
  node.stream_ops = {
    llseek: (stream, offset, whence) => offset + (whence === 1 ? stream.position : whence === 2 ? source.size : 0),
    read(_stream, buffer, offset, length, position) {
      checkTime()
      const bytes = source.read(position, length)
      new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length).set(bytes)
      return bytes.length
    },
  }
  files.getStream(1).stream_ops = {
    write(_stream, buffer, offset, length) {
      checkTime()
      const room = bounds.output - written
      if (length > room && !stopAtEnd) throw new BookFileError('too-large', 'A part of the archive is larger than allowed.')
      const kept = Math.min(length, room)
      output.push(Buffer.from(new Uint8Array(buffer.buffer, buffer.byteOffset + offset, kept)))
      written += kept
      if (stopAtEnd && written === bounds.output) throw enough
      return length
    },
  }
  files.getStream(2).stream_ops = {
    write(_stream, buffer, offset, length) {
      if (errors.length < 10_000) errors += Buffer.from(buffer.buffer, buffer.byteOffset + offset, length).toString()
      return length
    },
  }

  let code: number | null = null
  try {
    const status: unknown = sevenZip.callMain([...args])
    if (typeof status === 'number') code = status
  } catch (error) {
    if (error === enough) code = 0
    else if (error instanceof BookFileError) throw error
  }
  return { code, output: Buffer.concat(output, written), errors }
}

const outOfMemory = 8

function problemOf({ code, output, errors }: Run): BookFileError {
  if (/password|encrypted/i.test(errors) || output.toString('latin1', 0, 200).includes('Enter password')) {
    return new BookFileError('encrypted', 'The archive is protected by a password.')
  }
  if (code === outOfMemory || /allocate|memory/i.test(errors)) {
    return new BookFileError('too-large', 'Unpacking the archive needs more memory than allowed.')
  }
  if (/unsupported method/i.test(errors)) return new BookFileError('corrupt-archive', 'The archive uses an unknown compression.')
  return /unexpected end/i.test(errors)
    ? new BookFileError('truncated', 'The archive breaks off before its end.')
    : new BookFileError('corrupt-archive', 'A part of the archive is damaged.')
}

type Listed = PackedFile & { passedOver: boolean; partial: boolean }

function propertiesIn(block: string): Map<string, string> {
  return new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf(' = ')
      return [line.slice(0, at), line.slice(at + 3)]
    }),
  )
}

function parseListing(text: string): Listed[] {
  return text
    .split(/\n\n+/)
    .map(propertiesIn)
    .filter((properties) => properties.has('Path'))
    .map((properties) => {
      const isSet = (...names: string[]) => names.some((name) => properties.get(name) === '+')
      const isLink = ['Symbolic Link', 'Hard Link', 'Copy Link'].some((name) => (properties.get(name) ?? '') !== '')
      return {
        name: properties.get('Path') ?? '',
        size: Number(properties.get('Size')) || 0,
        encrypted: isSet('Encrypted'),
        passedOver: isLink || isSet('Folder') || /^D| [dl][-r][-w]/.test(properties.get('Attributes') ?? ''),
        partial: isSet('Split Before', 'Split After') || Number(properties.get('Volume Index')) > 0,
      }
    })
}

/**
 * Lists an archive that 7-Zip reads (24.09). Of files with one name the first counts.
 *
 * @throws {BookFileError} `encrypted`, `truncated`, `corrupt-archive`, `too-large`, `timeout`.
 */
export async function listPacked(source: ByteSource, type: SevenZipType): Promise<PackedArchive> {
  const args = ['l', '-slt', '-ba', '-bsp0', switches[type], archivePath]
  const listing = await run(source, args, { output: limits.archiveListing, time: limits.unpackTime })
  const listed = parseListing(listing.output.toString())
  if (listed.length > limits.archiveEntries) throw new BookFileError('too-large', 'The archive has too many entries.')
  if (/missing volume/i.test(listing.errors) || listed.some(({ partial }) => partial)) {
    throw new BookFileError('corrupt-archive', 'This is one volume of a larger archive; archives in several volumes are not read.')
  }
  if (listing.code !== 0 && (listed.length === 0 || listing.code === null)) throw problemOf(listing)
  const files = new Map<string, PackedFile>()
  for (const { name, size, encrypted, passedOver } of listed) {
    if (!passedOver && !files.has(name) && Buffer.byteLength(name) <= limits.entryName) files.set(name, { name, size, encrypted })
  }
  return { files: [...files.values()], incomplete: listing.code !== 0 }
}

export type UnpackOptions = { maxBytes: number; time?: number }

/**
 * Unpacks one file of an archive into memory, the first of this name.
 *
 * @throws {BookFileError} `too-large` beyond `maxBytes`, `encrypted`, `timeout`, `truncated`, `corrupt-archive`.
 */
export async function unpack(source: ByteSource, type: SevenZipType, file: PackedFile, { maxBytes, time }: UnpackOptions): Promise<Buffer> {
  if (file.encrypted) throw new BookFileError('encrypted', 'The archive is protected by a password.')
  if (file.size > maxBytes) throw new BookFileError('too-large', 'A part of the archive is larger than allowed.')
  const args = ['e', '-so', '-bsp0', '-spd', '-y', switches[type], `-i!${file.name}`, '--', archivePath]
  const bounds = { output: file.size || maxBytes, time: time ?? limits.unpackTime }
  const unpacked = await run(source, args, bounds, file.size > 0)
  if (unpacked.output.length < file.size || (unpacked.code !== 0 && file.size === 0)) throw problemOf(unpacked)
  return unpacked.output
}
