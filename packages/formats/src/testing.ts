export { buildZip, type ZipEntryInput } from './testing/zip.ts'
export { mutate, type Mutant } from './testing/mutate.ts'
export { buildRar, buildTar, type ArchiveFileInput } from './testing/archives.ts'
export { buildPdf, type PdfInput } from './pdf/testing.ts'
export { buildFlac, buildM4b, buildMp3, buildOgg } from './audio/testing.ts'
export { corpusRows, type CorpusRow } from './testing/corpus.ts'
export { hostileFiles, type HostileFile } from './testing/hostile.ts'
export { fb2Xml, type Fb2Input } from './testing/fb2.ts'
export { buildCalibre, type CalibreBookInput, type CalibreColumnInput, type CalibreInput } from './testing/calibre.ts'
export { buildMobi, buildPalm, type MobiHeaderInput, type MobiInput } from './testing/mobi.ts'
export {
  buildEpub,
  containerXml,
  deepXmlEpub,
  entityBombEpub,
  packageXml,
  truncatedEpub,
  zipBombEpub,
  zipSlipEpub,
  type EpubInput,
} from './testing/epub.ts'
