import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { init, type Methods } from '@embedpdf/pdfium'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import { blockSource, type ByteSource } from '../source.ts'

/** What we use of Emscripten's module; its own types come without those of the heap. */
type Runtime = {
  HEAPU8: Uint8Array
  HEAP32: Int32Array
  HEAPF32: Float32Array
  wasmExports: { malloc(size: number): number; free(pointer: number): void }
  addFunction(callback: (...values: number[]) => number, signature: string): number
}

type Imports = { env: { emscripten_resize_heap: (size: number) => number } }

/** Types of this global come with those of browsers only. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  Instance: new (module: object, imports: Imports) => { exports: object }
}

export type Engine = {
  readonly api: Methods
  readonly heap: Runtime
  /** The FPDF_FILEACCESS of the source that is open. */
  readonly access: number
  /** The IFSDK_PAUSE that stops a drawing at its deadline. */
  readonly pause: number
  source: ByteSource | null
  /** What went wrong below the library while it read. */
  readError: unknown
  deadline: number
  /** Whether the heap was not let grow; the library may have gone on with a part missing. */
  starved: boolean
  /** Whether a document is open: an error then leaves parts of it behind. */
  busy: boolean
}

let compiled: Promise<object> | null = null
let running: Engine | null = null

function compile(): Promise<object> {
  const path = createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm')
  return (compiled ??= WebAssembly.compile(readFileSync(path)))
}

/** A PDFium of its own heap, which cannot grow beyond `limits.pdfHeap`. */
async function start(): Promise<Engine> {
  const module = await compile()
  let engine: Engine | null = null
  const overrides = {
    instantiateWasm(imports: Imports, done: (instance: object) => void) {
      const grow = imports.env.emscripten_resize_heap
      imports.env.emscripten_resize_heap = (size) => {
        if (size >>> 0 <= limits.pdfHeap) return grow(size)
        if (engine) engine.starved = true
        return 0
      }
      const instance = new WebAssembly.Instance(module, imports)
      done(instance)
      return instance.exports
    },
    print() {},
    printErr() {},
  }
  const { pdfium, ...api } = await init(overrides)
  // Emscripten keeps its views of the heap on the module.
  const heap = pdfium as unknown as Runtime
  api.FPDF_InitLibrary()
  const access = heap.wasmExports.malloc(12)
  const pause = heap.wasmExports.malloc(12)
  const started: Engine = { api, heap, access, pause, source: null, readError: null, deadline: 0, starved: false, busy: false }
  const read = heap.addFunction(
    (_, position = 0, target = 0, size = 0) => readInto(started, position >>> 0, target >>> 0, size >>> 0),
    'iiiii',
  )
  const late = heap.addFunction(() => (performance.now() > started.deadline ? 1 : 0), 'ii')
  heap.HEAP32.set([0, read, 0], access >> 2)
  heap.HEAP32.set([1, late, 0], pause >> 2)
  engine = started
  return started
}

/** An exception must not pass through the library's frames. */
function readInto(engine: Engine, position: number, target: number, size: number): 0 | 1 {
  try {
    const bytes = engine.source?.read(position, size)
    if (bytes?.length !== size) return 0
    engine.heap.HEAPU8.set(bytes, target)
    return 1
  } catch (error) {
    engine.readError = error
    return 0
  }
}

/**
 * Runs `use` with PDFium reading from `source`. One that gave up, out of memory or
 * by a failed assertion, or that failed with a document open, is not used again.
 *
 * @throws {BookFileError} `memory` when its heap does not suffice, `damaged` when it fails.
 */
export async function withEngine<T>(source: ByteSource, use: (engine: Engine) => T): Promise<T> {
  const engine = (running ??= await start())
  Object.assign(engine, { source: blockSource(source), readError: null, starved: false, busy: false })
  engine.heap.HEAP32[engine.access >> 2] = source.size
  try {
    const result = use(engine)
    if (engine.readError === null && !engine.starved) return result
    throw new Error('Something is missing from what was read.')
  } catch (error) {
    const isKnown = error instanceof BookFileError
    if (engine.busy || engine.starved || !isKnown) running = null
    if (engine.readError !== null) throw engine.readError
    if (engine.starved) throw new BookFileError('memory', 'The PDF takes more memory than allowed.')
    throw isKnown ? error : new BookFileError('damaged', 'The PDF cannot be read: the library that reads it gave up.')
  } finally {
    engine.source = null
    if (engine.heap.HEAPU8.length > limits.pdfHeap / 2) running = null
  }
}

/** Runs `use` with `size` bytes of the heap. */
export function withBytes<T>({ heap }: Engine, size: number, use: (pointer: number) => T): T {
  const pointer = heap.wasmExports.malloc(size)
  if (pointer === 0) throw new BookFileError('memory', 'The PDF takes more memory than allowed.')
  const result = use(pointer)
  heap.wasmExports.free(pointer)
  return result
}

/** Text as PDFium gives it: asked once for the length in bytes, then for UTF-16 with a final zero. */
export function readText(engine: Engine, call: (buffer: number, size: number) => number, max: number): string {
  const size = call(0, 0)
  if (size <= 2 || size > limits.pdfHeap / 4) return ''
  return withBytes(engine, size, (pointer) => {
    const written = Math.min(size, call(pointer, size), max * 2)
    const text = Buffer.from(engine.heap.HEAPU8.subarray(pointer, pointer + written)).toString('utf16le')
    const end = text.indexOf('\0')
    return end < 0 ? text : text.slice(0, end)
  })
}
