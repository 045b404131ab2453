import { ORPCError } from '@orpc/client'
import { type MessageId, t } from './i18n.ts'

export type ErrorText = {
  title: string
  text: string
  /** True when trying the same again can help. */
  retry: boolean
}

/** There was an answer, but not from the server. */
export class Unreachable extends Error {
  readonly code = 'UNAVAILABLE'
}

/** The code that an error carries: of the API, of the sign-in, or of the way between. */
export function errorCode(error: unknown): string {
  if (error instanceof ORPCError) return error.code === 'MALFORMED_ORPC_ERROR_RESPONSE' ? statusCode(error.status) : error.code
  if (error instanceof TypeError) return 'NETWORK'
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'TIMEOUT'
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'UNKNOWN'
}

function statusCode(status: number): string {
  if (status === 413) return 'PAYLOAD_TOO_LARGE'
  if (status === 429) return 'TOO_MANY_REQUESTS'
  return status >= 500 ? 'UNAVAILABLE' : 'UNKNOWN'
}

const transient = new Set(['NETWORK', 'UNAVAILABLE', 'STARTING', 'SERVICE_UNAVAILABLE', 'BAD_GATEWAY', 'GATEWAY_TIMEOUT', 'TIMEOUT'])

/** True when the server could not be reached, so that the same request may work in a moment. */
export function isTransient(error: unknown): boolean {
  return transient.has(errorCode(error))
}

export function isUnauthorized(error: unknown): boolean {
  return errorCode(error) === 'UNAUTHORIZED'
}

export function isNotFound(error: unknown): boolean {
  return errorCode(error) === 'NOT_FOUND'
}

type Entry = readonly [title: MessageId, text: MessageId, retry: boolean]

const unreachable: Entry = ['error.unreachable.title', 'error.unreachable.text', true]
const entries: Readonly<Record<string, Entry>> = {
  NETWORK: unreachable,
  UNAVAILABLE: unreachable,
  STARTING: unreachable,
  SERVICE_UNAVAILABLE: ['error.busy.title', 'error.busy.text', true],
  BAD_GATEWAY: unreachable,
  GATEWAY_TIMEOUT: unreachable,
  TIMEOUT: unreachable,
  UNAUTHORIZED: ['error.unauthorized.title', 'error.unauthorized.text', false],
  IMPERSONATED: ['error.impersonated.title', 'error.impersonated.text', false],
  FORBIDDEN: ['error.forbidden.title', 'error.forbidden.text', false],
  NOT_FOUND: ['error.notFound.title', 'error.notFound.text', false],
  FILE_UNAVAILABLE: ['error.fileUnavailable.title', 'error.fileUnavailable.text', true],
  CONFLICT: ['error.conflict.title', 'error.conflict.text', true],
  BAD_REQUEST: ['error.badRequest.title', 'error.badRequest.text', false],
  PAYLOAD_TOO_LARGE: ['error.tooLarge.title', 'error.tooLarge.text', false],
  TOO_MANY_REQUESTS: ['error.tooMany.title', 'error.tooMany.text', true],
  WRONG_CODE: ['error.wrongCode.title', 'error.wrongCode.text', false],
  ALREADY_SET_UP: ['error.alreadySetUp.title', 'error.alreadySetUp.text', false],
  SLUG_TAKEN: ['error.slugTaken.title', 'error.slugTaken.text', false],
  NAME_TAKEN: ['error.nameTaken.title', 'error.nameTaken.text', false],
  SCHEDULE_INVALID: ['error.schedule.title', 'error.schedule.text', false],
  SCHEDULE_TOO_OFTEN: ['error.scheduleTooOften.title', 'error.scheduleTooOften.text', false],
  NO_PICTURE: ['error.noPicture.title', 'error.noPicture.text', false],
  BAD_VALUE: ['error.badValue.title', 'error.badValue.text', false],
  CALIBRE_UNREADABLE: ['error.calibre.title', 'error.calibre.text', true],
  CHANGED_SINCE: ['error.changedSince.title', 'error.changedSince.text', false],
  LOOKUP_OFF: ['error.lookupOff.title', 'error.lookupOff.text', false],
  LOOKUP_FAILED: ['error.lookupFailed.title', 'error.lookupFailed.text', true],
  NO_COVER: ['error.noCover.title', 'error.noCover.text', false],
  NO_FILE: ['error.noFile.title', 'error.noFile.text', false],
  ONLY_FILE: ['error.onlyFile.title', 'error.onlyFile.text', false],
  OTHER_LIBRARY: ['error.otherLibrary.title', 'error.otherLibrary.text', false],
  IN_USE: ['error.inUse.title', 'error.inUse.text', false],
  TOO_MANY: ['error.tooManyFields.title', 'error.tooManyFields.text', false],
  LAST_OWNER: ['error.lastOwner.title', 'error.lastOwner.text', false],
  FOLDER_NOT_ALLOWED: ['error.folderNotAllowed.title', 'error.folderNotAllowed.text', false],
  FOLDER_UNREADABLE: ['error.folderUnreadable.title', 'error.folderUnreadable.text', true],
  FOLDER_IS_LINK: ['error.folderIsLink.title', 'error.folderIsLink.text', false],
  LAST_FOLDER: ['error.lastFolder.title', 'error.lastFolder.text', false],
  PART_UNKNOWN: ['error.notFound.title', 'error.notFound.text', false],
  NOTHING_OF_IT_THERE: ['error.nothingOfIt.title', 'error.nothingOfIt.text', false],
  FOLDER_OVERLAPS: ['error.folderOverlaps.title', 'error.folderOverlaps.text', false],
  INVALID_TOKEN: ['error.linkEnded.title', 'error.linkEnded.text', false],
  INVALID_EMAIL_OR_PASSWORD: ['error.wrongPassword.title', 'error.wrongPassword.text', false],
  USER_ALREADY_EXISTS: ['error.emailTaken.title', 'error.emailTaken.text', false],
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: ['error.emailTaken.title', 'error.emailTaken.text', false],
  EMAIL_TAKEN: ['error.emailTaken.title', 'error.emailTaken.text', false],
  PASSWORD_TOO_SHORT: ['error.password.title', 'error.password.text', false],
  PASSWORD_TOO_LONG: ['error.password.title', 'error.password.text', false],
  ACCOUNT_EXISTS: ['join.exists.title', 'join.exists.text', false],
  OTHER_ADDRESS: ['join.other.title', 'join.other.short', false],
  ENDED: ['join.ended.title', 'join.ended.short', false],
  ALREADY_CONFIRMED: ['error.alreadyConfirmed.title', 'error.alreadyConfirmed.text', false],
  NO_MAIL: ['invite.noMail.title', 'invite.noMail.text', false],
  BANNED_USER: ['error.banned.title', 'error.banned.text', false],
  BANNED: ['error.isBanned.title', 'error.isBanned.text', false],
  YOURSELF: ['error.yourself.title', 'error.yourself.text', false],
  OPERATOR: ['error.operator.title', 'error.operator.text', false],
  LAST_OPERATOR: ['error.lastOperator.title', 'error.lastOperator.text', false],
  FIXED: ['error.fixed.title', 'error.fixed.text', false],
  SUSPENDED: ['suspended.title', 'suspended.short', false],
  IN_FOLDERS: ['error.inFolders.title', 'error.inFolders.text', false],
  NOT_MANAGED: ['error.notManaged.title', 'error.notManaged.text', false],
  QUOTA_EXCEEDED: ['error.quota.title', 'error.quota.text', false],
  STORAGE_FULL: ['error.storageFull.title', 'error.storageFull.text', true],
  TOO_LARGE: ['error.uploadTooLarge.title', 'error.uploadTooLarge.text', false],
  EMPTY_FILE: ['error.emptyFile.title', 'error.emptyFile.text', false],
  NOT_IMPERSONATING: ['error.notImpersonating.title', 'error.notImpersonating.text', false],
}

/** The one place where an error becomes words: what happened, what is safe, what to do. */
export function describeError(error: unknown): ErrorText {
  const described = describeCode(errorCode(error))
  const seconds = secondsToWait(error)
  if (seconds === null) return described
  const text =
    seconds <= 90 ? t('error.tooMany.seconds', { count: seconds }) : t('error.tooMany.minutes', { count: Math.ceil(seconds / 60) })
  return { ...described, text }
}

/** For how long the server asks to wait, when it refused for too many tries. */
function secondsToWait(error: unknown): number | null {
  if (errorCode(error) !== 'TOO_MANY_REQUESTS') return null
  const { data } = error as { data?: { seconds?: unknown } | null }
  return typeof data?.seconds === 'number' ? data.seconds : null
}

export function describeCode(code: string): ErrorText {
  const [title, text, retry] = entries[code] ?? (['error.unknown.title', 'error.unknown.text', true] as const)
  return { title: t(title), text: t(text), retry }
}
