import * as z from 'zod'
import { limits } from './limits.ts'

/** Shapes that several features speak. Imports Zod only: the web shares it. */
export const Id = z.uuid()
/** Postgres knows no year 0. */
export const Timestamp = z.iso.datetime().refine((text) => !text.startsWith('0000'), 'There is no such year.')

/** A name that a person gave: trimmed, NFC, without control characters, 1 to 100 characters. */
export const Name = z
  .string()
  .max(limits.nameLength * 4)
  .transform((value) => value.normalize('NFC').toWellFormed().trim())
  .pipe(
    z
      .string()
      .min(1)
      .max(limits.nameLength)
      // oxlint-disable-next-line no-control-regex
      .regex(/^[^\u0000-\u001f\u007f\u2028\u2029]*$/u),
  )

/** Why something was done: one line, trimmed, NFC, 1 to 500 characters. */
export const Reason = z
  .string()
  .max(limits.reasonLength * 4)
  .transform((value) => value.normalize('NFC').toWellFormed().replaceAll(/\s+/gu, ' ').trim())
  .pipe(
    z
      .string()
      .min(1)
      .max(limits.reasonLength)
      .regex(/^\P{Cc}*$/u),
  )

/** An opaque position in a list, made by the server. */
export const Cursor = z.string().max(2048)
export const PageSize = z.coerce.number().int().min(1).max(limits.pageSize)
