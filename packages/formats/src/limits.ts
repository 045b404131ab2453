const KiB = 1024
const MiB = 1024 * KiB

/** Bounds on what one file may cost; sizes are in bytes, text lengths in UTF-16 units. */
export const limits = {
  /** Larger files are not read: what is sparse has any size at no cost. */
  file: 256 * 1024 * MiB,
  /** Smaller files are read once, into one buffer that is used again; larger ones are hashed in chunks. */
  wholeFile: 8 * MiB,
  chunk: MiB,
  block: 64 * KiB,
  archiveEntries: 20_000,
  archiveDirectory: 64 * MiB,
  entryName: 1_024,
  /** What 7-Zip may print as the list of an archive. */
  archiveListing: 32 * MiB,
  /** Memory of 7-Zip: dictionaries of up to 128 MiB fit. */
  unpackMemory: 160 * MiB,
  /** Milliseconds to unpack one file, and one that can be done without. */
  unpackTime: 8_000,
  unpackTimeOfExtras: 3_000,
  xmlBytes: 16 * MiB,
  xmlDepth: 256,
  xmlNodes: 1_000_000,
  /** Of a document that is read in pieces: they cost time only. */
  streamedNodes: 20_000_000,
  xmlAttributes: 1_000,
  /** Pages and style sheets that are looked into for a cover or the writing mode. */
  pageBytes: MiB,
  /** The record of a Kindle book that describes it. */
  mobiHeader: MiB,
  /** A FictionBook in an archive, which is unpacked whole. */
  packedFb2: 64 * MiB,
  coverBytes: 64 * MiB,
  partBytes: 64 * MiB,
  coverPixels: 50_000_000,
  /** Of the pictures in a cover that is a drawing: what draws it holds them whole, and more than once. */
  drawnPixels: 12_000_000,
  elementText: 256 * KiB,
  elementsPerName: 1_000,
  manifestItems: 50_000,
  title: 1_000,
  name: 500,
  contributors: 500,
  tags: 200,
  tag: 200,
  series: 20,
  identifiers: 100,
  identifier: 500,
  languages: 50,
  description: 20_000,
  tocEntries: 10_000,
  tocDepth: 32,
  tocLabel: 500,
  warnings: 20,
  /** Memory of the PDF library; it fails there, long before the watchdog. */
  pdfHeap: 160 * MiB,
  pdfPages: 10_000,
  /** Pixels of the long side of a first page. */
  pdfCoverSide: 1_400,
  /** Milliseconds. */
  pdfDrawing: 6_000,
  /** How far from both ends of a PDF its XMP packet is looked for. */
  xmpSearch: 8 * MiB,
  xmpBytes: MiB,
  /** What is held at once of an audio file, its largest tag or picture. */
  audioPiece: 32 * MiB,
  /** Reads of one audio file, so that small pieces without end come to one. */
  audioReads: 300_000,
  calibreBytes: 1024 * MiB,
  /** A value of a row, and a row. */
  calibreValue: 16 * MiB,
  calibreColumns: 100,
  /** Values of one column that are told. */
  calibreValues: 50,
  /** Books of one page. */
  calibrePage: 500,
  /** Rows of one kind that belong to one page of books: tags, files … */
  calibreRows: 100_000,
  calibreText: 2_000,
} as const
