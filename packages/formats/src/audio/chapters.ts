import type { IAudioMetadata } from 'music-metadata'
import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import type { TocEntry } from '../types.ts'
import { walkXml } from '../xml/walk.ts'
import type { Tags } from './tags.ts'

/** `start` in seconds. */
type Chapter = { start: number; title: string | undefined }

type ChapterFrame = { info: { startTime: number }; frames: ReadonlyMap<string, unknown> }

function isChapterFrame(value: unknown): value is ChapterFrame {
  return typeof value === 'object' && value !== null && 'info' in value && 'frames' in value && value.frames instanceof Map
}

/** CHAP frames (ID3v2 Chapter Frame Addendum, 3.1); their tables of contents add nothing to the order in time. */
function framesOf({ native }: IAudioMetadata): Chapter[] {
  return Object.values(native).flatMap((tags) =>
    tags.flatMap(({ id, value }) => {
      if (id !== 'CHAP' || !isChapterFrame(value)) return []
      const title = [value.frames.get('TIT2') ?? value.frames.get('TIT1')].flat()[0]
      return [{ start: value.info.startTime / 1_000, title: typeof title === 'string' ? title : undefined }]
    }),
  )
}

function secondsOf(text: string): number | null {
  const match = /^\s*(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d{1,9})?)\s*$/.exec(text)
  if (!match) return null
  return Number(match[1] ?? 0) * 3_600 + Number(match[2]) * 60 + Number((match[3] ?? '').replace(',', '.'))
}

/** CHAPTERxxx and CHAPTERxxxNAME of Vorbis comments. */
function commentsOf(tags: Tags): Chapter[] {
  return [...tags].flatMap(([name, [time = '']]) => {
    const start = /^chapter\d{1,4}$/.test(name) ? secondsOf(time) : null
    return start === null ? [] : [{ start, title: tags.get(`${name}name`)?.[0] }]
  })
}

/** The markers that OverDrive puts into MP3 files. */
function markersOf(tags: Tags): Chapter[] {
  const found: Chapter[] = []
  let text = ''
  let title: string | undefined
  let xml = tags.get('overdrivemediamarkers')?.[0] ?? ''
  if (xml.length > limits.xmpBytes) xml = ''
  walkXml(xml, {
    open: () => (text = ''),
    text: (part) => (text += part),
    close(name) {
      const start = name === 'Time' ? secondsOf(text) : null
      if (name === 'Name') title = text
      if (start !== null) found.push({ start, title })
    },
  })
  return found
}

/** The chapters in a file, by the first of its kinds that has any. */
export function readChapters(audio: IAudioMetadata, tags: Tags): TocEntry[] {
  const ofContainer = () => (audio.format.chapters ?? []).map(({ start, timeScale, title }) => ({ start: start / (timeScale || 1), title }))
  const kinds = [() => framesOf(audio), () => commentsOf(tags), () => markersOf(tags), ofContainer]
  for (const kind of kinds) {
    const chapters = kind().filter(({ start }) => start >= 0 && Number.isFinite(start))
    if (chapters.length === 0) continue
    return chapters
      .toSorted((a, b) => a.start - b.start)
      .slice(0, limits.tocEntries)
      .map(({ start, title }, i) => ({
        label: cleanLine(title, limits.title) ?? String(i + 1),
        target: { time: Math.round(start * 1_000) / 1_000 },
        children: [],
      }))
  }
  return []
}
