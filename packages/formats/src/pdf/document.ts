import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'
import { cleanLine } from '../text/clean.ts'
import type { TocEntry } from '../types.ts'
import { readText, withBytes, withEngine, type Engine } from './engine.ts'

export type PdfDocument = { engine: Engine; handle: number }

/** FPDF_GetLastError (fpdfview.h). */
const passwordError = 4
const securityError = 5

/** PDFium keeps offsets in 31 bits. */
const maxSize = 2 ** 31 - 1

function openError(code: number, source: ByteSource): BookFileError {
  if (code === passwordError) return new BookFileError('encrypted', 'The PDF opens with a password only.')
  if (code === securityError) return new BookFileError('encrypted', 'The PDF is encrypted in a way that only its own reader can open.')
  const tail = source.read(Math.max(0, source.size - 2_048), 2_048).toString('latin1')
  return tail.includes('startxref')
    ? new BookFileError('damaged', 'The PDF is damaged: its pages cannot be found.')
    : new BookFileError('truncated', 'The file breaks off before the end of the PDF.')
}

/**
 * Opens a PDF for the time of `use`; bytes are read as they are needed.
 *
 * @throws {BookFileError} `encrypted` when it asks for a password, `truncated`, `damaged`,
 * `too-large` beyond 2 GiB, `memory`.
 */
export function withDocument<T>(source: ByteSource, use: (document: PdfDocument) => T): Promise<T> {
  if (source.size > maxSize) throw new BookFileError('too-large', 'PDF files of more than 2 GiB cannot be read.')
  return withEngine(source, (engine) => {
    const handle = engine.api.FPDF_LoadCustomDocument(engine.access, '')
    if (handle === 0) throw openError(engine.api.FPDF_GetLastError(), source)
    engine.busy = true
    const result = use({ engine, handle })
    engine.api.FPDF_CloseDocument(handle)
    engine.busy = false
    return result
  })
}

/** A value of the information dictionary (ISO 32000-1, 14.3.3), `''` when it is not there. */
export function infoText({ engine, handle }: PdfDocument, key: string): string {
  return readText(engine, (buffer, size) => engine.api.FPDF_GetMetaText(handle, key, buffer, size), limits.elementText)
}

/** The natural language that the catalog names (ISO 32000-1, 14.9.2). */
export function catalogLanguage({ engine, handle }: PdfDocument): string {
  return readText(engine, (buffer, size) => engine.api.FPDFCatalog_GetLanguage(handle, buffer, size), limits.name)
}

/** The reading order of pages, when the viewer preferences name one (ISO 32000-1, 12.2). */
export function pageDirection({ engine, handle }: PdfDocument): 'ltr' | 'rtl' | null {
  const call = (buffer: number, size: number) => engine.api.FPDF_VIEWERREF_GetName(handle, 'Direction', buffer, size)
  const size = call(0, 0)
  if (size < 4 || size > 8) return null
  const name = withBytes(engine, size, (pointer) => {
    call(pointer, size)
    return Buffer.from(engine.heap.HEAPU8.subarray(pointer, pointer + size - 1)).toString('latin1')
  })
  return name === 'R2L' ? 'rtl' : name === 'L2R' ? 'ltr' : null
}

/** How many pages there are; when their number is a lie, as many as are found among the first 10,000. */
export function countPages({ engine, handle }: PdfDocument): number {
  const stated = engine.api.FPDF_GetPageCount(handle)
  if (stated <= 0) return 0
  return withBytes(engine, 8, (pointer) => {
    const exists = (index: number) => engine.api.FPDF_GetPageSizeByIndexF(handle, index, pointer)
    if (exists(stated - 1)) return stated
    let found = 0
    while (found < Math.min(stated, limits.pdfPages) && exists(found)) found += 1
    return found
  })
}

const actionGoTo = 1

/** The outline as a table of contents. Loops end where they return, what lies too deep is left out. */
export function readOutline({ engine, handle }: PdfDocument): TocEntry[] {
  const { api } = engine
  const seen = new Set<number>()
  const pageOf = (bookmark: number): number => {
    const direct = api.FPDFBookmark_GetDest(handle, bookmark)
    if (direct !== 0) return api.FPDFDest_GetDestPageIndex(handle, direct)
    const action = api.FPDFBookmark_GetAction(bookmark)
    if (action === 0 || api.FPDFAction_GetType(action) !== actionGoTo) return -1
    const target = api.FPDFAction_GetDest(handle, action)
    return target === 0 ? -1 : api.FPDFDest_GetDestPageIndex(handle, target)
  }
  const childrenOf = (parent: number, depth: number): TocEntry[] => {
    const entries: TocEntry[] = []
    let bookmark = api.FPDFBookmark_GetFirstChild(handle, parent)
    while (bookmark !== 0 && !seen.has(bookmark) && seen.size < limits.tocEntries) {
      const current = bookmark
      seen.add(current)
      const label = cleanLine(
        readText(engine, (buffer, size) => api.FPDFBookmark_GetTitle(current, buffer, size), limits.title * 4),
        limits.title,
      )
      const page = pageOf(current)
      const children = depth < limits.tocDepth ? childrenOf(current, depth + 1) : []
      if (label !== null) entries.push({ label, target: page < 0 ? null : { page }, children })
      else entries.push(...children)
      bookmark = api.FPDFBookmark_GetNextSibling(handle, current)
    }
    return entries
  }
  return childrenOf(0, 1)
}

/** FPDFBitmap_BGRx, FPDF_REVERSE_BYTE_ORDER, FPDF_RENDER_LIMITEDIMAGECACHE (fpdfview.h). */
const withoutAlpha = 0
const flags = 0x10 | 0x200
const renderDone = 2
const renderToBeContinued = 1

/**
 * The first page, drawn on white with a long side of `limits.pdfCoverSide` pixels; null when there is none.
 * Annotations, forms and scripts are left out.
 *
 * @throws {BookFileError} `timeout` when drawing takes too long, `damaged` when it fails.
 */
export function drawFirstPage({ engine, handle }: PdfDocument): { rgba: Buffer; width: number; height: number } | null {
  const { api, heap } = engine
  const page = api.FPDF_LoadPage(handle, 0)
  if (page === 0) return null
  const points = [api.FPDF_GetPageWidthF(page), api.FPDF_GetPageHeightF(page)].map((side) => (side > 0 && Number.isFinite(side) ? side : 1))
  const scale = limits.pdfCoverSide / Math.max(...points)
  const [width = 1, height = 1] = points.map((side) => Math.max(1, Math.round(side * scale)))
  const bitmap = api.FPDFBitmap_Create(width, height, withoutAlpha)
  if (bitmap === 0) throw new BookFileError('memory', 'The first page takes more memory than allowed.')
  api.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff)
  engine.deadline = performance.now() + limits.pdfDrawing
  const status = api.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, flags, engine.pause)
  api.FPDF_RenderPage_Close(page)
  if (status === renderToBeContinued) throw new BookFileError('timeout', 'Drawing the first page takes too long.')
  if (status !== renderDone) throw new BookFileError('damaged', 'The first page cannot be drawn.')
  const start = api.FPDFBitmap_GetBuffer(bitmap)
  const stride = api.FPDFBitmap_GetStride(bitmap)
  const rgba = Buffer.allocUnsafeSlow(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    rgba.set(heap.HEAPU8.subarray(start + y * stride, start + y * stride + width * 4), y * width * 4)
  }
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255
  api.FPDFBitmap_Destroy(bitmap)
  api.FPDF_ClosePage(page)
  return { rgba, width, height }
}
