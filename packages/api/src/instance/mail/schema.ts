import * as z from 'zod'
import { Email } from '../../setup/schema.ts'

export const MailSetup = z.object({
  /** Null when no mail server is set: invitations and password links are handed over. */
  server: z
    .object({
      host: z.string(),
      port: z.number().int(),
      security: z.enum(['auto', 'starttls', 'tls', 'none']),
      from: z.string(),
      user: z.string().nullable(),
      hasPassword: z.boolean(),
      anyCertificate: z.boolean(),
    })
    .nullable(),
  /** Mails of the whole server. */
  waiting: z.number().int(),
  failed: z.number().int(),
})
export type MailSetup = z.infer<typeof MailSetup>

/** Absent: the operator's own address. */
export const TestMail = z.object({ to: Email.optional() })

export const MailTest = z.object({
  to: z.string(),
  sent: z.boolean(),
  /** The mail server's answer, or in words why there was none. */
  answer: z.string(),
  /** Null when it was sent. */
  problem: z.enum(['address', 'unsupported', 'refused', 'credentials', 'unreachable', 'timeout', 'tls', 'lost']).nullable(),
})
export type MailTest = z.infer<typeof MailTest>
