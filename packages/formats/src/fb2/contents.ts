import { limits } from '../limits.ts'
import type { ByteSource } from '../source.ts'
import { cleanLine } from '../text/clean.ts'
import type { TocEntry } from '../types.ts'
import { attribute, walkXmlSource } from '../xml/walk.ts'

type Section = { id: string | null; label: string; entries: TocEntry[]; into: TocEntry[] }

/** Titles of the sections of the main body; those without a title lend their place to what is in them. */
export function readToc(source: ByteSource): TocEntry[] {
  const toc: TocEntry[] = []
  const sections: Section[] = []
  let count = 0
  let bodies = 0
  let inBody = false
  let titleDepth = 0
  let done = false
  walkXmlSource(
    source,
    {
      open(name, attributes, depth) {
        if (depth === 2) {
          inBody = name === 'body' && attribute(attributes, 'name') === undefined
          if (name === 'body') bodies += 1
          if (name === 'binary' && bodies > 0) done = true
        } else if (inBody && name === 'section') {
          const parent = sections.at(-1)
          sections.push({ id: attribute(attributes, 'id') ?? null, label: '', entries: [], into: parent?.entries ?? toc })
        } else if (inBody && name === 'title' && titleDepth === 0 && sections.length > 0) {
          titleDepth = depth
        }
      },
      text(text) {
        const section = titleDepth > 0 ? sections.at(-1) : undefined
        if (section && section.label.length < limits.tocLabel * 2) section.label += text
      },
      close(name, depth) {
        const titled = titleDepth > 0 ? sections.at(-1) : undefined
        if (depth === titleDepth) titleDepth = 0
        else if (titled && depth === titleDepth + 1) titled.label += ' '
        if (name !== 'section' || !inBody) return
        const section = sections.pop()
        if (!section) return
        const label = cleanLine(section.label, limits.tocLabel)
        const tooDeep = sections.length >= limits.tocDepth
        if (label === null || tooDeep || count >= limits.tocEntries) {
          if (!tooDeep) for (const entry of section.entries) section.into.push(entry)
          return
        }
        count += 1
        section.into.push({ label, target: section.id === null ? null : { href: `#${section.id}` }, children: section.entries })
      },
    },
    () => done,
  )
  return toc
}
