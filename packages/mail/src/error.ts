import type { NodemailerError } from 'nodemailer'

/**
 * `address`: not one mail address · `unsupported`: the server cannot carry this address · `refused`: the server said no ·
 * `credentials`: it does not accept the user and password · `unreachable`: no connection · `timeout`: too slow or silent ·
 * `tls`: no secure connection · `lost`: the connection ended before the answer, so the mail may have arrived.
 */
export type MailErrorCode = 'address' | 'unsupported' | 'refused' | 'credentials' | 'unreachable' | 'timeout' | 'tls' | 'lost'

/** Why a mail was not sent, with a message for the operator. No password is ever part of it. */
export class MailError extends Error {
  override readonly name = 'MailError'
  readonly code: MailErrorCode
  /** Trying again can help: sooner or later by itself, or after the operator mended the settings. */
  readonly temporary: boolean
  /** What the server said last, at most 500 characters, or null when it said nothing. */
  readonly answer: string | null

  constructor(code: MailErrorCode, message: string, options: { temporary: boolean; answer?: string | null; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.temporary = options.temporary
    this.answer = options.answer ?? null
  }
}

/** A server's answer as one line without control characters, at most 500 characters. */
export function answerLine(answer: string): string {
  return answer
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 500)
}

const aboutTls = /^(?:ETLS|EPROTO|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/
const aboutCertificate = /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ERR_TLS_CERT)/
const aboutCredentials = new Set([530, 534, 535, 538])

/** Tells what a failure of nodemailer means for the mail. */
export function mailErrorOf(error: NodemailerError, server: string): MailError {
  const answer = error.response ? answerLine(error.response) : null
  const reason = error.originalCode ?? error.code ?? ''
  const failed = (code: MailErrorCode, message: string, temporary = true) =>
    new MailError(code, answer === null ? message : `${message}: ${answer}`, { temporary, answer, cause: error })

  if (error.responseCode) {
    const permanent = error.responseCode >= 500 && error.responseCode !== 503
    if (error.code === 'ETLS') return failed('tls', `${server} does not start TLS`)
    if (permanent && (error.code === 'EAUTH' || aboutCredentials.has(error.responseCode))) {
      return failed('credentials', `${server} does not accept the user name and password`)
    }
    // A 5xx before the recipient is named speaks of the server or the sender, which the operator can mend.
    const aboutMail = error.command === 'RCPT TO' || error.command === 'DATA'
    return failed('refused', `${server} refused the mail`, !(permanent && aboutMail))
  }
  if (aboutTls.test(reason)) {
    return failed(
      'tls',
      aboutCertificate.test(reason)
        ? `The certificate of ${server} is not trusted (${error.message})`
        : `No secure connection to ${server} (${error.message})`,
    )
  }
  if (error.timeoutType === 'GREETING_TIMEOUT') {
    return failed('timeout', `${server} accepted the connection and said nothing; it may expect TLS from the start`)
  }
  switch (error.code) {
    case 'ETIMEDOUT':
      return failed('timeout', `${server} did not answer in time`)
    case 'EDNS':
      return failed('unreachable', `The name ${server} cannot be found (${reason})`)
    case 'ESOCKET':
      return reason === 'ECONNRESET' || reason === 'EPIPE'
        ? failed('lost', `${server} closed the connection`)
        : failed('unreachable', `No connection to ${server} (${reason})`)
    case 'ECONNECTION':
      return failed('lost', `${server} closed the connection`)
    case 'EAUTH':
      return failed('credentials', `${server} offers no way to sign in that Carrel knows`)
    // Without an answer: larger than the server's announced limit.
    case 'EMESSAGE':
      return failed('refused', `The mail is too large for ${server}`, false)
    default:
      return failed('lost', `${server} broke the protocol (${error.message})`)
  }
}
