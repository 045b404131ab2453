import { parseFromTokenizer, type IAudioMetadata, type IPicture } from 'music-metadata'
import { EndOfStreamError } from 'strtok3'
import type { OpenBook } from '../open.ts'
import { BookFileError } from '../problems.ts'
import { rasterFormat } from '../sniff.ts'
import type { ByteSource } from '../source.ts'
import type { Problem, Track } from '../types.ts'
import { readChapters } from './chapters.ts'
import { readMetadata, trackTitle } from './metadata.ts'
import { mp4Brands, mp4Keys, withoutTables } from './mp4.ts'
import { firstFrame, mpegDuration } from './mpeg.ts'
import { oggDuration, oggStream } from './ogg.ts'
import type { AudioFormat } from './sniff.ts'
import { SourceTokenizer } from './tokenizer.ts'
import { readTags, type Tags } from './tags.ts'

const mimeTypes: Record<AudioFormat, string> = {
  mp3: 'audio/mpeg',
  m4b: 'audio/mp4',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
}

function readError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof BookFileError || 'syscall' in error) return error
  if (error.name === 'BufferSizeError' || /buffering limit/.test(error.message)) {
    return new BookFileError('too-large', 'A tag or table of the audio file is too large.')
  }
  if (error instanceof EndOfStreamError || /exceeds remaining|Truncated/.test(error.message)) {
    return new BookFileError('truncated', 'The audio file breaks off.')
  }
  return new BookFileError('damaged', 'The audio file is damaged.')
}

async function parse(source: ByteSource, format: AudioFormat, includeChapters: boolean): Promise<IAudioMetadata> {
  try {
    const read = format === 'm4b' ? withoutTables(source) : source
    return await parseFromTokenizer(new SourceTokenizer(read, mimeTypes[format]), { includeChapters })
  } catch (error) {
    throw readError(error)
  }
}

/** Sound whose tags cannot be read is a book all the same; only MP3 tells of itself without them. */
async function parseOrWarn(source: ByteSource, format: AudioFormat, warnings: Problem[]): Promise<IAudioMetadata | null> {
  try {
    return await parse(source, format, false)
  } catch (error) {
    const isOfTags = error instanceof BookFileError && error.code !== 'truncated'
    if (!isOfTags || format !== 'mp3' || !firstFrame(source)) throw error
    warnings.push({ code: error.code, detail: 'The tags of the audio file cannot be read.' })
    return null
  }
}

/** Seconds; null when the file does not tell. */
function durationOf(source: ByteSource, format: AudioFormat, audio: IAudioMetadata | null): number | null {
  const frame = format === 'mp3' ? firstFrame(source) : null
  const stream = format === 'ogg' || format === 'opus' ? oggStream(source) : null
  const rate = stream?.rate || (audio?.format.sampleRate ?? 0)
  const own = frame ? mpegDuration(source, frame) : stream && oggDuration(source, { ...stream, rate })
  const seconds = own ?? audio?.format.duration
  return seconds !== undefined && seconds > 0 && Number.isFinite(seconds) ? Math.round(seconds * 1_000) / 1_000 : null
}

/** Audible's files name it as their brand; FairPlay and both of them in the kind of their samples. */
function drmOf(source: ByteSource, audio: IAudioMetadata | null): string | null {
  const kinds = new Set(audio?.format.trackInfo.map(({ codecId }) => codecId))
  if (mp4Brands(source).some((brand) => /^aax/i.test(brand)) || kinds.has('aavd')) return 'audible'
  return kinds.has('drms') ? 'fairplay' : kinds.has('enca') ? 'unknown' : null
}

function coverOf(pictures: readonly IPicture[]): Buffer | null {
  const drawable = pictures.filter(({ data }) => rasterFormat(data) !== null)
  const { data } = drawable.find(({ type }) => /front/i.test(type ?? '')) ?? drawable[0] ?? {}
  return data ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : null
}

function trackOf(audio: IAudioMetadata | null, tags: Tags): Track {
  const whole = (value: number | null | undefined, name: string) => {
    const number = value ?? Number.parseInt(tags.get(name)?.[0] ?? '', 10)
    return Number.isInteger(number) && number > 0 && number < 100_000 ? number : null
  }
  return { disc: whole(audio?.common.disk.no, 'disc'), number: whole(audio?.common.track.no, 'track'), title: trackTitle(tags) }
}

function hasSound({ format }: IAudioMetadata, kind: AudioFormat): boolean {
  return kind === 'mp3' ? format.codec !== undefined : format.hasAudio === true
}

/**
 * Opens one audio file, a whole book or a part of one. Only tags and tables are read, never the sound.
 *
 * @throws {BookFileError} `truncated`, `damaged`, `too-large`; `not-a-book` when there is no sound in it.
 */
export async function openAudio(source: ByteSource, format: AudioFormat): Promise<OpenBook> {
  const warnings: Problem[] = []
  const audio = await parseOrWarn(source, format, warnings)
  if (audio && !hasSound(audio, format)) throw new BookFileError('not-a-book', 'There is no sound in the audio file.')
  const tags = readTags(audio?.native ?? {}, format === 'm4b' ? mp4Keys(source) : [])
  const cover = coverOf(audio?.common.picture ?? [])
  return {
    format,
    metadata: {
      ...readMetadata(tags),
      drm: drmOf(source, audio),
      duration: durationOf(source, format, audio),
      track: trackOf(audio, tags),
    },
    warnings,
    hasCover: cover !== null,
    readCover: () => cover,
    async readContents() {
      const whole = format === 'm4b' ? await parse(source, format, true) : audio
      return { toc: whole ? readChapters(whole, tags) : [], parts: [] }
    },
    readPart() {
      throw new BookFileError('vanished', 'The book has no such part.')
    },
  }
}
