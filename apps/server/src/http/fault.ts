import type { IncomingMessage } from 'node:http'
import { ORPCError, ValidationError } from '@orpc/server'
import type { Log } from '@carrel/api'

/** The id that the guard gave to each request. */
export const requestIds = new WeakMap<IncomingMessage, string>()

/** Logs an error that nobody foresaw, with the id of its request. */
export function logFault(log: Log, request: IncomingMessage, error: unknown): void {
  const id = requestIds.get(request)
  const cause = error instanceof ORPCError ? (error.cause ?? error) : error
  if (cause instanceof ValidationError) log.error({ id, issues: cause.issues }, 'answer of the wrong shape')
  else log.error({ id, err: cause }, 'request failed')
}
