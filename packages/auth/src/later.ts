import { APIError } from 'better-auth/api'

/** Not now, but in `seconds`: Better Auth answers it as it is, with Retry-After; so do our procedures. */
export class Later extends APIError {
  readonly code: 'SERVICE_UNAVAILABLE' | 'TOO_MANY_REQUESTS'
  readonly seconds: number

  constructor(code: Later['code'], message: string, seconds: number) {
    super(code, { code, message, data: { seconds } }, { 'retry-after': String(seconds) })
    this.code = code
    this.seconds = seconds
  }
}
