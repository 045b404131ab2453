import type { FileProblem } from '@carrel/api/schema/scans'
import { type MessageId, t } from '#lib/i18n.ts'

const titles: Readonly<Record<string, MessageId>> = {
  EMPTY: 'problem.empty',
  EMPTY_FILE: 'problem.empty',
  TRUNCATED: 'problem.truncated',
  NOT_EPUB: 'problem.notEpub',
  NOT_ZIP: 'problem.notEpub',
  CORRUPT: 'problem.corrupt',
  INVALID: 'problem.corrupt',
  MALFORMED: 'problem.corrupt',
  TOO_LARGE: 'problem.tooLarge',
  ZIP_BOMB: 'problem.tooLarge',
  UNREADABLE: 'problem.unreadable',
  PERMISSION: 'problem.unreadable',
  VANISHED: 'problem.vanished',
  TIMEOUT: 'problem.timeout',
  MEMORY: 'problem.timeout',
  ENCRYPTED: 'problem.encrypted',
}

/** Why a file is not on the shelf, in words; an unknown code says that it could not be read. */
export function problemTitle({ code }: Pick<FileProblem, 'code'>): string {
  return t(titles[code.toUpperCase().replaceAll('-', '_')] ?? 'problem.unknown')
}
