import type { FileProblem } from '@carrel/api/schema/scans'
import { type MessageId, t } from '#lib/i18n.ts'

const titles: Readonly<Record<string, MessageId>> = {
  empty: 'problem.empty',
  'not-a-book': 'problem.notBook',
  truncated: 'problem.truncated',
  'corrupt-archive': 'problem.corrupt',
  'missing-container': 'problem.incomplete',
  'missing-package': 'problem.incomplete',
  'invalid-xml': 'problem.corrupt',
  damaged: 'problem.corrupt',
  encrypted: 'problem.encrypted',
  'too-large': 'problem.tooLarge',
  timeout: 'problem.tooMuch',
  memory: 'problem.tooMuch',
  crashed: 'problem.tooMuch',
  unreadable: 'problem.unreadable',
  vanished: 'problem.vanished',
  'outside-root': 'problem.outside',
  'bad-name': 'problem.badName',
}

/** The codes that read like this one. */
export const codesAlike = (code: string): string[] => {
  const alike = Object.keys(titles).filter((each) => titles[each] === titles[code])
  return alike.length > 0 && code in titles ? alike : [code]
}

/** Codes whose detail names the very part that is wrong; of the others it repeats the title. */
const detailed = new Set([
  'corrupt-archive',
  'missing-container',
  'missing-package',
  'invalid-xml',
  'damaged',
  'crashed',
  'unreadable',
  'bad-name',
])

/** What the reader saw, where it says more than the title. */
export function problemDetail({ code, detail }: Pick<FileProblem, 'code' | 'detail'>): string | null {
  return detail !== '' && (detailed.has(code) || !(code in titles)) ? detail : null
}

/** Why a file is not on the shelf, in words; an unknown code says that it could not be read. */
export function problemTitle({ code }: Pick<FileProblem, 'code'>): string {
  return t(titles[code] ?? 'problem.unknown')
}
