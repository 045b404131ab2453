import type { Problem, ProblemCode } from './types.ts'

/** Why a book file cannot be opened or read. The message is the problem's `detail`. */
export class BookFileError extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, detail: string) {
    super(detail)
    this.name = 'BookFileError'
    this.code = code
  }
}

const systemProblems = new Map<string, Problem>([
  ['ENOENT', { code: 'vanished', detail: 'The file is no longer there.' }],
  ['ENOTDIR', { code: 'vanished', detail: 'A folder on the way to the file is no longer there.' }],
  ['ELOOP', { code: 'outside-root', detail: 'The file is a symbolic link; links are not followed.' }],
  ['EACCES', { code: 'unreadable', detail: 'The server may not read this file.' }],
  ['EPERM', { code: 'unreadable', detail: 'The server may not read this file.' }],
  ['ENXIO', { code: 'not-a-book', detail: 'This is not a regular file.' }],
  ['EISDIR', { code: 'not-a-book', detail: 'This is not a regular file.' }],
])

function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  return error.code
}

/** The problem that stands for any error thrown while a file is opened or read. */
export function toProblem(error: unknown): Problem {
  if (error instanceof BookFileError) return { code: error.code, detail: error.message }
  const code = systemCode(error)
  const known = code === null ? undefined : systemProblems.get(code)
  if (known) return known
  if (code !== null && /^E[A-Z0-9]+$/.test(code)) return { code: 'unreadable', detail: `Reading failed (${code}).` }
  const name = error instanceof Error ? error.name : typeof error
  return { code: 'crashed', detail: `The reader failed on this file (${name}).` }
}
